-- A guarantee replaces one of the same insurer, and a request changes one of the same insurer. A guarantee points at its
-- request as well, so the latter is checked at the end: rows of the two may be written in either order.
ALTER TABLE policies_guarantee ADD CONSTRAINT policies_guarantee_replaces_same_insurer
    FOREIGN KEY (insurer_id, replaces_id) REFERENCES policies_guarantee (insurer_id, id);
ALTER TABLE policies_limitrequest ADD CONSTRAINT policies_limitrequest_changes_same_insurer
    FOREIGN KEY (insurer_id, changes_id) REFERENCES policies_guarantee (insurer_id, id) DEFERRABLE INITIALLY DEFERRED;
