"""The private database and broker: started by whoever comes first, stopped by whoever leaves last, never lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from capweb.onebox import paths, processes
from capweb.onebox.servers import PrivateServers, private_servers
from tests.journeys.one_machine import environment, fresh_data_folder, onebox, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder() -> Iterator[paths.DataFolder]:
    with fresh_data_folder() as made:
        yield made


@pytest.fixture
def data(folder, monkeypatch) -> paths.DataFolder:
    """One cluster for the whole file; each test begins and ends with nothing running."""
    for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
        monkeypatch.delenv(name, raising=False)
    assert not PrivateServers(folder).is_running()
    return folder


def ask(servers: PrivateServers, question: str, *, role: str = "capweb_app"):
    where = str(servers.cluster.socket_folder)
    with psycopg.connect(host=where, user=role, dbname="capweb") as connection:
        return connection.execute(question).fetchall()


def user_process(data: paths.DataFolder) -> subprocess.Popen:
    """Another process that uses the servers until its input ends."""
    script = (
        "import sys\n"
        "from capweb.onebox.servers import private_servers\n"
        "with private_servers():\n"
        "    print('in', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script], env=environment(data), cwd=paths.PROJECT_ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def test_a_command_finds_both_running_and_leaves_nothing(data):
    with private_servers(data=data) as servers:
        assert servers.cluster.is_ready()
        assert servers.broker.is_ready()
        assert ask(servers, "SELECT current_user") == [("capweb_app",)]
    assert not servers.is_running()


def test_what_is_committed_is_on_disk(data):
    with private_servers(data=data) as servers:
        settings = (
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')"
        )
        assert dict(ask(servers, settings)) == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def test_no_role_of_the_product_is_a_superuser_and_only_the_owner_makes_databases(data):
    with private_servers(data=data) as servers:
        rows = ask(
            servers,
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname ~ '^capweb_(a|o|p)'",
        )
        rights = {name: rest for name, *rest in rows}
        assert rights["capweb_app"] == [False, False, False]
        assert rights["capweb_platform"] == [False, False, False]
        assert rights["capweb_owner"] == [False, False, True]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(servers, "CREATE TABLE minted (amount numeric)")


def test_nothing_listens_on_the_network(data):
    with private_servers(data=data) as servers:
        assert ask(servers, "SHOW listen_addresses") == [("",)]
        assert servers.cluster.socket_folder.stat().st_mode & 0o077 == 0
        assert servers.broker.socket.parent.stat().st_mode & 0o077 == 0


def test_the_last_to_leave_stops_them_whoever_started_them(data):
    with private_servers(data=data) as servers:
        second = user_process(data)
        assert second.stdout.readline() == "in\n"
    assert servers.is_running()
    second.communicate()
    assert second.returncode == 0
    assert not servers.is_running()


def test_four_that_start_at_once_share_one_cluster(data):
    users = [user_process(data) for _ in range(4)]
    assert [user.stdout.readline() for user in users] == ["in\n"] * 4
    assert len(processes.processes_working_in(PrivateServers(data).cluster.files)) > 0
    for user in users:
        user.communicate()
    assert [user.returncode for user in users] == [0, 0, 0, 0]
    assert not PrivateServers(data).is_running()


def test_a_killed_user_does_not_keep_them_for_ever(data):
    killed = user_process(data)
    killed.stdout.readline()
    killed.kill()
    killed.communicate()
    assert PrivateServers(data).is_running()
    with private_servers(data=data) as servers:
        assert servers.cluster.is_ready()
    assert not servers.is_running()


def test_kept_servers_stay_until_they_are_stopped(data):
    subprocess.run(
        onebox("servers", "--detach"), env=environment(data), check=True, capture_output=True, cwd=paths.PROJECT_ROOT
    )
    with private_servers(data=data) as servers:
        pass
    assert servers.is_running()
    subprocess.run(onebox("stop"), env=environment(data), check=True, capture_output=True, cwd=paths.PROJECT_ROOT)
    assert not servers.is_running()


def test_stop_does_not_pull_them_from_under_another_command(data):
    with private_servers(data=data) as servers:
        stopped = subprocess.run(
            onebox("stop"), env=environment(data), check=False, capture_output=True, text=True, cwd=paths.PROJECT_ROOT
        )
        assert stopped.returncode == 1
        assert "another command uses them" in stopped.stdout
        assert servers.cluster.is_ready()
    assert not servers.is_running()


def test_after_a_power_cut_the_committed_row_is_there_and_the_pid_file_is_no_obstacle(data):
    with private_servers(data=data) as servers:
        ask_as_owner = psycopg.connect(host=str(servers.cluster.socket_folder), user="capweb_owner", dbname="capweb")
        with ask_as_owner as connection:
            connection.execute("CREATE TABLE kept (amount numeric)")
            connection.execute("INSERT INTO kept VALUES (12.34)")
        for pid in processes.processes_working_in(servers.cluster.files):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: servers.cluster.running() is None, "the server is dead")
        assert (servers.cluster.files / "postmaster.pid").exists()
        assert servers.repair() == ["database"]
        assert ask(servers, "SELECT amount::text FROM kept", role="capweb_owner") == [("12.34",)]


def test_a_dead_broker_is_started_again(data):
    with private_servers(data=data) as servers:
        os.kill(servers.broker.running().pid, signal.SIGKILL)
        wait_for(lambda: servers.broker.running() is None, "the broker is dead")
        assert servers.repair() == ["broker"]
        assert servers.broker.is_ready()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL runs under another account")
def test_a_data_folder_that_postgresql_cannot_reach_gets_its_cluster_elsewhere_and_says_so(monkeypatch):
    for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
        monkeypatch.delenv(name, raising=False)
    with fresh_data_folder(reachable=False) as shut, private_servers(data=shut) as servers:
        assert ask(servers, "SELECT 1") == [(1,)]
        assert not servers.cluster.place.is_relative_to(shut.root)
        told = subprocess.run(onebox("status"), env=environment(shut), check=True, capture_output=True, text=True)
        assert f"{servers.cluster.place} (the database; its account cannot reach the data folder)" in told.stdout
