"""Messages: what happened is written about once, in the recipient's language, to whoever acts for the policyholder."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connections
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting
from capweb.accounts.commands.enter_people import NewOrganisation, enter_organisations
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.models import Organisation, User
from policies.commands.accept_offers import accept_offers, decline_offers
from policies.commands.open_night import open_night
from policies.commands.read_messages import open_message
from policies.commands.write_messages import write_drafts, write_messages
from policies.documents import message_text
from policies.domain.messages import BUYER_NOTICE, LANGUAGES, PRIMARY_NOTICE, TEMPLATES, Draft, MessageFacts
from policies.models import BuyerRating, Mandate, Message, Offer
from policies.queries import messages
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.messages import NOON, House, house


@pytest.fixture
def ours(committed, cast) -> House:
    return house(cast)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_an_offer_and_its_acceptance_are_each_written_about_once(ours):
    (row,) = ours.asked(None)
    accept_offers(ours.broker, [row.offer], on=OPENING_DAY, at=NOON)
    assert ours.pumped() == 2
    assert ours.pumped() == 0
    offer, granted = ours.written()
    assert (offer.template, granted.template) == ("offer_made", "guarantee_granted")
    assert offer.recipient.code == "courtage-du-port"
    assert "50 000 €" in plain(offer.subject)
    # 50,000 at the sourced rate of 0.875 % a quarter.
    assert "437,50 €" in plain(offer.body)
    assert "jusqu’au 29/06/2020 inclus" in plain(offer.body)
    assert granted.endorsement.number in granted.body
    assert "du 15/06/2020 au 14/09/2020" in plain(granted.body)


def test_a_refusal_tells_the_reasons_and_a_missing_fact_is_asked_for(ours):
    ours.asked("9")
    ours.asked(None, probability=None)
    # Grade 8 waits for an underwriter: nothing that anybody outside has to act on.
    ours.asked("8")
    assert ours.pumped() == 2
    refused, missing = ours.written()
    assert (refused.template, missing.template) == ("request_refused", "fact_missing")
    assert "Motifs :" in plain(refused.body)
    assert "\n- " in refused.body
    assert "\n- " in missing.body
    assert "probabilité de défaut" in missing.body.lower()


def test_an_offer_that_expires_or_can_no_longer_be_granted_is_written_about(ours):
    rows = ours.asked(None, None)
    withdrawn = rows[1].offer
    with acting(ours.underwriter):
        buyer_id = Offer.objects.get(public_id=withdrawn).limit_request.buyer_id
        BuyerRating.objects.create(
            insurer_id=ours.underwriter.insurer_id,
            buyer_id=buyer_id,
            grade="10",
            default_probability="0.30",
            effective_on=OPENING_DAY,
            booked_on=OPENING_DAY,
            source_reference="fall",
        )
    assert accept_offers(ours.broker, [withdrawn], on=OPENING_DAY, at=NOON)[0].outcome == "no_longer_grantable"
    later = OPENING_DAY + timedelta(days=15)
    open_night(later, at=NOON)
    ours.pumped(on=later)
    told = {message.template: message for message in ours.written()}
    assert set(told) == {"offer_made", "offer_withdrawn", "offer_expired"}
    assert "Motifs :" in plain(told["offer_withdrawn"].body)
    assert told["offer_expired"].offer_id != told["offer_withdrawn"].offer_id


def test_what_a_policyholder_did_itself_is_not_written_about(ours):
    (row,) = ours.asked(None)
    ours.pumped()
    decline_offers(ours.broker, [row.offer], on=OPENING_DAY)
    assert ours.pumped() == 0


def test_a_term_that_is_ending_is_told_at_30_15_and_5_days_and_then_its_end(ours):
    (row,) = ours.asked(None)
    accept_offers(ours.broker, [row.offer], on=OPENING_DAY, at=NOON)
    ours.pumped()
    end = date(2020, 9, 15)
    for days in (30, 15, 5, 0):
        day = end - timedelta(days=days)
        open_night(day, at=NOON)
        assert ours.pumped(on=day) == 1
        assert ours.pumped(on=day) == 0
    notices = [one for one in ours.written() if one.template == "renewal_notice"]
    assert [plain(one.subject).split(" :")[0] for one in notices] == [
        "Plus que 30 jours",
        "Plus que 15 jours",
        "Plus que 5 jours",
    ]
    assert all("14/09/2020" in plain(one.body) for one in notices)
    lapsed = ours.written()[-1]
    assert lapsed.template == "guarantee_lapsed"
    assert "14/09/2020" in plain(lapsed.body)


def test_the_broker_of_that_day_is_written_to_else_the_policyholder_else_nobody(ours):
    enter_organisations([NewOrganisation("policyholder", "atelier", "Atelier")], using="platform")
    atelier = Organisation.objects.get(code="atelier")
    broker_id = ours.broker.organisation_id
    for case, (organisation_id, mandated, expected) in enumerate(
        [
            (atelier.pk, None, "atelier"),
            (atelier.pk, (date(2020, 1, 1), None), "courtage-du-port"),
            (atelier.pk, (date(2020, 1, 1), OPENING_DAY), "atelier"),
            (None, None, None),
        ]
    ):
        who = make.client(ours.underwriter, organisation_id=organisation_id)
        with acting(ours.underwriter):
            if mandated:
                Mandate.objects.create(
                    insurer_id=ours.underwriter.insurer_id,
                    broker_id=broker_id,
                    policyholder_id=who.policyholder_id,
                    first_day=mandated[0],
                    end_day=mandated[1],
                )
            whom = make.buyer(ours.underwriter)
            limit = make.notice(ours.underwriter, who, whom)
            (public_id,) = write_drafts(ours.underwriter, [primary(who, limit, f"case {case}")], on=OPENING_DAY)
            found = Message.objects.select_related("recipient").get(public_id=public_id)
        assert (found.recipient.code if found.recipient else None) == expected


def primary(who: make.Client, limit: int, key: str) -> Draft:
    facts = MessageFacts(
        policyholder="Atelier",
        policy_number=who.policy_number,
        buyer="Garage Martin",
        buyer_identifier="552100554",
        product="",
        on=OPENING_DAY,
        decision="reduction",
        amount_before=200_000,
        amount=50_000,
        notified_on=OPENING_DAY,
        effective_on=OPENING_DAY + timedelta(days=30),
    )
    return Draft(source_key=key, template=PRIMARY_NOTICE, policy_id=who.policy_id, facts=facts, buyer_limit_id=limit)


def test_the_reader_chooses_the_language(ours):
    User.objects.filter(email__startswith="brune@").update(language="en")
    ours.asked(None)
    ours.asked("9")
    ours.pumped()
    offer, refused = ours.written()
    assert offer.language == "en"
    assert offer.subject == "Offer of a CAP+ guarantee: €50,000 on " + offer.subject.rpartition(" on ")[2]
    assert "Premium for the term, before tax: €437.50" in offer.body
    assert "Reasons:" in refused.body


def test_a_source_is_written_about_once_and_a_text_stands(ours):
    ours.asked(None)
    ours.pumped()
    (message,) = ours.written()
    with acting(ours.underwriter):
        with pytest.raises(IntegrityError, match="message_stands"), acting(ours.underwriter):
            Message.objects.update(body="autre chose")
        message.pk, message.public_id = None, "msg_again"
        with pytest.raises(IntegrityError, match="message_written_once"), acting(ours.underwriter):
            message.save(force_insert=True)


def test_many_messages_cost_as_many_queries_as_few(ours):
    def cost(*grades):
        ours.asked(*grades)
        publish_events(ours.system)
        with CaptureQueriesContext(connections["default"]) as seen:
            write_messages(ours.system, on=OPENING_DAY)
        return len(seen)

    cost(None, "9")
    assert cost(None, "9") == cost(None, None, None, None, "9", "9", "9")


def test_reading_is_noted_once_by_the_recipient_alone(ours):
    ours.asked(None)
    ours.pumped()
    (message,) = ours.written()
    open_message(ours.underwriter, message.public_id, on=OPENING_DAY)
    with acting(ours.broker):
        assert messages.unread(ours.broker, on=OPENING_DAY) == 1
    open_message(ours.broker, message.public_id, on=OPENING_DAY)
    with acting(ours.broker):
        assert messages.unread(ours.broker, on=OPENING_DAY) == 0
    (message,) = ours.written()
    assert message.read_by == ours.broker.name


def test_another_broker_and_a_broker_whose_mandate_ended_read_nothing(ours):
    ours.asked(None)
    ours.pumped()
    (message,) = ours.written()
    other = ours.cast.broker(organisation="cabinet-lemoine")
    with pytest.raises(messages.MessageUnknown):
        open_message(other, message.public_id, on=OPENING_DAY)
    with acting(ours.underwriter):
        Mandate.objects.update(end_day=OPENING_DAY + timedelta(days=1))
    with pytest.raises(messages.MessageUnknown):
        open_message(ours.broker, message.public_id, on=OPENING_DAY + timedelta(days=1))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_there_in_both_languages_and_leaves_no_gap(template, language):
    get_template(f"messages/{language}/{template}.txt")
    facts = MessageFacts(
        policyholder="Ateliers Durand & Fils",
        policy_number="P1",
        buyer="Garage Martin",
        buyer_identifier="552100554",
        product="cap_plus",
        on=OPENING_DAY,
        requested_total=300_000,
        amount=100_000,
        amount_before=200_000,
        insured_ratio="0.80",
        premium="875.00",
        open_until=date(2020, 6, 30),
        term_first=OPENING_DAY,
        term_end=date(2020, 9, 15),
        endorsement="EULER-HERMES-2020-000001",
        days_before=15,
        decision="reduction",
        notified_on=OPENING_DAY,
        effective_on=date(2020, 7, 15),
    )
    text = message_text.written(template, facts, language=language, insurer="Euler Hermes")
    assert text.subject
    assert "Garage Martin" in text.subject
    # A buyer is not told which supplier it is.
    assert ("Ateliers Durand & Fils" in text.body) == (template != BUYER_NOTICE)
    assert [piece for piece in ("–\n", "{{", "{%", "None", "&amp;") if piece in text.body] == []
