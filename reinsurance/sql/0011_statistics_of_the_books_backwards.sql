DROP FUNCTION reinsurance_refresh_statistics();
