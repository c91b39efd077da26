"""The environment's addresses win; without them the private servers' are known before anything runs."""

from __future__ import annotations

import pytest

from capweb.onebox import addresses
from capweb.onebox.problems import ServerProblem


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path, monkeypatch):
    for name in (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "DATABASE_PLATFORM_URL",
        "CELERY_BROKER_URL",
        "CAPWEB_CACHE_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CAPWEB_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_each_role_has_its_own_address_on_the_private_socket(own_data_folder):
    urls = addresses.database_urls()
    assert urls.app.startswith("postgresql://capweb_app@//")
    assert urls.owner.startswith("postgresql://capweb_owner@//")
    assert urls.platform.startswith("postgresql://capweb_platform@//")
    assert all(url.endswith("/socket/capweb") for url in (urls.app, urls.owner, urls.platform))


def test_django_reads_the_private_address():
    import environ

    read = environ.Env().db_url_config(addresses.database_urls().app)
    assert (read["USER"], read["NAME"]) == ("capweb_app", "capweb")
    assert read["HOST"].startswith("/")
    assert read["HOST"].endswith("/socket")


def test_given_addresses_win(monkeypatch):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PLATFORM_URL"):
        monkeypatch.setenv(name, f"postgresql://x@host/{name}")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://host:6379/0")
    assert addresses.database_urls().platform == "postgresql://x@host/DATABASE_PLATFORM_URL"
    assert addresses.broker_url() == "redis://host:6379/0"


def test_one_address_of_three_is_refused_by_naming_the_others(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://x@host/capweb")
    monkeypatch.setenv("DATABASE_PLATFORM_URL", "postgresql://p@host/capweb")
    with pytest.raises(ServerProblem, match=r"DATABASE_OWNER_URL is not.*database_roles"):
        addresses.database_urls()


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis://:secret@host:6379/0", "redis://:secret@host:6379/1"),
        ("redis://host:6379", "redis://host:6379/1"),
        ("rediss://host:6379/4?ssl_cert_reqs=required", "rediss://host:6379/5?ssl_cert_reqs=required"),
    ],
)
def test_clearing_the_cache_cannot_empty_the_queues(monkeypatch, broker, cache):
    monkeypatch.setenv("CELERY_BROKER_URL", broker)
    assert addresses.cache_url() == cache


def test_the_secret_is_drawn_once_and_readable_by_its_owner_alone(own_data_folder):
    first = addresses.secret_key()
    assert len(first) >= 50
    assert addresses.secret_key() == first
    assert (own_data_folder / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in own_data_folder.iterdir()] == ["secret-key"]
