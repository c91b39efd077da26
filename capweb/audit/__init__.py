"""What every write leaves behind: the trail, gapless numbers, leases, tasks after commit. Plain ids only."""
