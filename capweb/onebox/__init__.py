"""One machine, one command: PostgreSQL, a broker, web, workers and beat as real processes, started and stopped cleanly.

Plain Python: nothing here imports Django, so that the supervisor stays small. `addresses` tells where the servers are
(settings read it), `servers.private_servers()` lends them to one command, `supervisor` runs everything for `make run`.
"""
