-- The tables go with the migration that made them, and their rights with them.
SELECT 1;
