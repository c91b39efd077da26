"""What can go wrong on one machine, each told so that the person in front of it knows what to do next."""

from __future__ import annotations

from capweb.kernel.errors import DomainError


class ServerProblem(DomainError):
    """A server of this machine is missing, did not start or did not stop."""

    code = "server_problem"
    status = 503


class PortTaken(ServerProblem):
    """Another program listens where the web server should."""

    code = "port_taken"


class AlreadyRunning(ServerProblem):
    """Another `make run` holds this data folder."""

    code = "already_running"
