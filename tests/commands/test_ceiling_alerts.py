"""A ceiling speaks up at 80, 90 and 95 %, once each, again only after it fell; people are mailed once each."""

from decimal import Decimal

import pytest
from django.core import mail
from django.db import DatabaseError, connections

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import PlatformActor
from reinsurance.commands import send_alert_mails as mailing
from reinsurance.commands.allot_capacity import Allotment, allot_capacity
from reinsurance.commands.cede import cede
from reinsurance.commands.hold_capacity import hold_capacity, void_holds
from reinsurance.commands.raise_ceiling_alerts import raise_ceiling_alerts
from reinsurance.models import AlertMail, CeilingAlert
from reinsurance.queries.alerts import alerts_told, standing_alerts
from reinsurance.queries.treaties import treaties
from tests.books import hold, open_books, order, set_ceilings
from tests.cast import OPENING_DAY

pytestmark = pytest.mark.usefixtures("committed")
MILLION = Decimal("1000000.00")


@pytest.fixture
def insurer(committed, cast):
    open_books(cast, domestic=MILLION)
    return cast.actor(role="reinsurance_accountant")


def watch(cast) -> list[tuple[str, Decimal | None, bool]]:
    """What is told now: market, share (None: frozen), raised or left."""
    with acting_as_platform() as using:
        positions = raise_ceiling_alerts(cast.operator, on=OPENING_DAY)
        rows = CeilingAlert.objects.using(using).filter(position__in=positions).order_by("position")
        return [(row.market, row.share, row.is_raised) for row in rows]


def draw(actor, key: str, amount: str) -> None:
    with acting(actor):
        hold_capacity(actor, [hold(key, increment=amount)], on=OPENING_DAY)


def give_back(actor, key: str) -> None:
    with acting(actor):
        void_holds(actor, [key], on=OPENING_DAY)


def raised(*shares: str) -> list[tuple[str, Decimal, bool]]:
    return [("domestic", Decimal(share), True) for share in shares]


def test_the_last_cent_of_a_threshold_raises_it_and_one_less_does_not(cast, insurer):
    draw(insurer, "a", "799999.99")
    assert watch(cast) == []
    draw(insurer, "b", "0.01")
    assert watch(cast) == raised("0.80")
    draw(insurer, "c", "149999.99")
    assert watch(cast) == raised("0.90")
    draw(insurer, "d", "0.01")
    assert watch(cast) == raised("0.95")


def test_a_threshold_is_told_once_and_again_only_after_it_fell(cast, insurer):
    draw(insurer, "a", "850000.00")
    assert watch(cast) == raised("0.80")
    draw(insurer, "b", "10000.00")
    assert watch(cast) == []
    give_back(insurer, "a")
    assert watch(cast) == [("domestic", Decimal("0.80"), False)]
    assert watch(cast) == []
    draw(insurer, "c", "850000.00")
    assert watch(cast) == raised("0.80")
    with acting_as_platform() as using:
        positions = CeilingAlert.objects.using(using).order_by("position").values_list("position", flat=True)
        assert list(positions) == [1, 2, 3], "gapless"


def test_a_law_that_falls_below_use_freezes_and_is_told(cast, insurer):
    draw(insurer, "a", "850000.00")
    watch(cast)
    set_ceilings(cast, {"domestic": Decimal("500000.00")})
    assert watch(cast) == [*raised("0.90", "0.95"), ("domestic", None, True)]
    with acting(insurer):
        (row,) = standing_alerts(insurer)
    assert (row.subject, row.limit, row.room) == ("frozen", None, None)
    give_back(insurer, "a")
    assert watch(cast)[0] == ("domestic", None, False)
    with acting(insurer):
        assert standing_alerts(insurer) == []


def test_an_allotment_has_thresholds_of_its_own_which_other_insurers_do_not_see(cast, insurer):
    with acting(insurer):
        treaty = next(
            row.public_id
            for row in treaties(insurer, on=OPENING_DAY)
            if (row.kind, row.market) == ("substitution", "domestic")
        )
    with acting_as_platform():
        part = Allotment(treaty_id=treaty, amount=Decimal("100000.00"), reference="Convention")
        allot_capacity(cast.operator, [part], on=OPENING_DAY)
    draw(insurer, "a", "90000.00")
    assert watch(cast) == raised("0.80", "0.90")
    with acting(insurer):
        assert [(row.treaty, row.share) for row in standing_alerts(insurer)] == [(treaty, Decimal("0.90"))]
    coface = cast.actor("coface", role="reinsurance_accountant")
    with acting(coface):
        assert alerts_told(coface) == []


def test_an_insurer_reads_the_threshold_and_never_the_amounts(cast, insurer):
    coface = cast.actor("coface", role="reinsurance_accountant")
    draw(insurer, "a", "850000.00")
    watch(cast)
    with acting(coface):
        (row,) = standing_alerts(coface)
    assert (row.share, row.limit, row.room) == (Decimal("0.80"), None, None)
    with pytest.raises(DatabaseError, match="permission denied"), acting(coface):
        CeilingAlert.objects.values_list("room_amount").first()
    (seen,) = standing_alerts(cast.operator)
    assert (seen.limit, seen.room) == (MILLION, Decimal("150000.00"))
    ccr = PlatformActor(name="ccr", role="reinsurer", organisation_id=cast.organisations["ccr"].pk)
    bpi = PlatformActor(name="bpi", role="reinsurer", organisation_id=cast.organisations["bpifrance"].pk)
    assert len(standing_alerts(ccr)) == 1
    assert standing_alerts(bpi) == []


@pytest.mark.parametrize(
    "sql",
    [
        (
            "INSERT INTO reinsurance_ceilingalert (market, position, subject, crossing, is_raised, limit_amount, "
            "room_amount, booked_on) VALUES ('domestic', 9, 'frozen', 1, true, 1, 1, '2020-06-15')"
        ),
        "DELETE FROM reinsurance_ceilingalert",
        "SELECT * FROM reinsurance_alertmail",
    ],
)
def test_an_insurer_raises_no_alert_and_reads_no_mail(cast, insurer, sql):
    with pytest.raises(DatabaseError, match="denied"), acting(insurer), connections["default"].cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def outbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    return mail.outbox


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_operator_and_accountants_are_mailed_once_each_in_their_language(cast, insurer, outbox):
    draw(insurer, "a", "850000.00")
    watch(cast)
    sent = [mailing.send_alert_mails(cast.operator, on=OPENING_DAY, is_sandbox=False) for _ in range(3)]
    assert sent == [2, 0, 0]
    by_address = {message.to[0]: message for message in outbox}
    assert set(by_address) == {"ops@exploitant.example", "rita@euler-hermes.example"}
    assert "150 000,00" in plain(by_address["ops@exploitant.example"].body)
    assert "150 000,00" not in plain(by_address["rita@euler-hermes.example"].body)
    assert "80 %" in by_address["rita@euler-hermes.example"].subject


def test_a_crash_while_handing_over_never_sends_twice(cast, insurer, outbox, monkeypatch):
    draw(insurer, "a", "850000.00")
    watch(cast)

    def power_cut(*_given: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(mailing, "_handed_over", power_cut)
    with pytest.raises(KeyboardInterrupt):
        mailing.send_alert_mails(cast.operator, on=OPENING_DAY, is_sandbox=False)
    monkeypatch.undo()
    assert mailing.send_alert_mails(cast.operator, on=OPENING_DAY, is_sandbox=False) == 0
    assert outbox == []
    with acting_as_platform() as using:
        assert AlertMail.objects.using(using).filter(handed_over_at__isnull=True).count() == 2


def test_in_a_sandbox_mails_are_files_in_the_data_folder(cast, insurer, outbox, settings, tmp_path):
    settings.MAIL_FOLDER = tmp_path
    draw(insurer, "a", "850000.00")
    watch(cast)
    assert mailing.send_alert_mails(cast.operator, on=OPENING_DAY, is_sandbox=True) == 2
    assert outbox == []
    assert len(list(tmp_path.iterdir())) >= 1


def test_what_fell_back_is_not_mailed(cast, insurer, outbox):
    draw(insurer, "a", "850000.00")
    watch(cast)
    mailing.send_alert_mails(cast.operator, on=OPENING_DAY, is_sandbox=False)
    give_back(insurer, "a")
    watch(cast)
    assert mailing.send_alert_mails(cast.operator, on=OPENING_DAY, is_sandbox=False) == 0


def test_a_cession_and_its_run_off_count_as_a_hold_does(cast, insurer):
    with acting(insurer):
        cede(insurer, [order("a", amount="842105.27")], on=OPENING_DAY)
    assert watch(cast) == raised("0.80")
