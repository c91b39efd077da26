"""What changes the books. Every command takes the actor and a batch; one is a batch of one."""
