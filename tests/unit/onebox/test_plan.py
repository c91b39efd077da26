"""The port is a port and free, the processes listen to the queues that exist, and a second start says what is there."""

from __future__ import annotations

import socket

import pytest

import manage
from capweb.onebox import paths, plan, processes, record
from capweb.onebox.problems import AlreadyRunning, PortTaken, ServerProblem
from capweb.onebox.supervisor import Supervisor, refuse_taken_port
from capweb.onebox.telling import Teller


@pytest.mark.parametrize("given", ["", None])
def test_the_port_is_8000_unless_told(given):
    assert plan.port({} if given is None else {"PORT": given}) == 8000


@pytest.mark.parametrize("given", ["0", "65536", "-1", "eight", "80 00", "٨٠٠٠"])
def test_what_is_no_port_is_refused_with_an_example(given):
    with pytest.raises(ServerProblem, match="PORT=8001"):
        plan.port({"PORT": given})


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} is taken.*PORT={port + 1} make run"):
            refuse_taken_port(port)


def test_a_free_port_is_taken_as_it_is():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    refuse_taken_port(port)


def test_every_queue_of_the_product_has_a_worker(tmp_path):
    from capweb.celery import app

    routed = {route["queue"] for route in app.conf.task_routes.values()} | {app.conf.task_default_queue}
    served = {
        queue
        for part in plan.parts(web_port=8000, run_folder=tmp_path)
        if "--queues" in part.command
        for queue in part.command[part.command.index("--queues") + 1].split(",")
    }
    assert routed <= served


def test_documents_never_delay_a_decision(tmp_path):
    by_name = {part.name: part.command for part in plan.parts(web_port=8000, run_folder=tmp_path)}
    assert "documents" not in by_name["worker"][by_name["worker"].index("--queues") + 1].split(",")


def test_a_second_run_beside_a_running_one_says_where_that_one_is(tmp_path):
    data = paths.data_folder(tmp_path)
    data.prepare()
    held = record.lock_of(data)
    held.take()
    record.write(data, record.Record(processes.KnownProcess(4711, 1), "http://127.0.0.1:8017/"))
    with pytest.raises(AlreadyRunning, match=r"http://127.0.0.1:8017/ \(process 4711\).*PORT=… make run"):
        Supervisor(data, web_port=8018, teller=Teller()).run()
    held.release()


@pytest.mark.parametrize(
    "line",
    [
        [], ["help"], ["migrate", "--help"], ["simulate", "-"], ["law", "--on", "2020-06-15"], ["database_roles"],
        ["makemigrations", "--check", "--dry-run"], ["collectstatic"], ["compile_translations"],
    ],
)  # fmt: skip
def test_what_needs_no_database_starts_none(line):
    assert not manage.needs_servers(line)


@pytest.mark.parametrize("line", [["migrate"], ["verify_ledger"], ["import_requests", "file.csv"], ["shell"], ["new"]])
def test_every_other_command_finds_the_database_running(line):
    assert manage.needs_servers(line)
