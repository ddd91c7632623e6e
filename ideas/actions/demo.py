"""The demo: invented organisations, people and calls, with dates relative to the day it is loaded.

What these people then do is in demo_play.py. The two play the parts of members, so they alone call other actions.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.db import transaction

from ideas.actions.competences import add_carried, set_words, words_for
from ideas.actions.demo_play import Play, kets_of
from ideas.actions.demo_stage import Spec
from ideas.actions.imports import import_calls
from ideas.actions.search import index_members, index_organisations
from ideas.choices import Language, Scheme, ShortlistState
from ideas.data import read_json
from ideas.exchange.calls import CallRow, DeadlineRow
from ideas.exchange.deadlines import ROME, Source, read_closing, read_opening
from ideas.models import Affiliation, Call, Member, Notification, Organisation, Shortlist, Term, ValueChain
from ideas.models.competences import LISTS

UNREAD_DAYS = 3


def load_demo(*, at: datetime) -> bool:
    """Fill an installation with a cluster at work, as if it had been going on for months before `at`.

    Everything goes through the real actions, in the order of time, so that rules, bells and counts are as in life.
    The published shortlist comes last: once it is there the demo is complete, and loading it again does nothing.
    A load that was cut off goes on where it stopped. Needs the reference data, and aims at real calls where some are
    open. Returns whether anything was loaded.
    """
    if Shortlist.objects.filter(is_demo=True, state=ShortlistState.PUBLISHED).exists():
        return False
    _add_organisations(read_json("demo/organisations.json"), at)
    _add_members(read_json("demo/members.json"))
    _add_calls(read_json("demo/calls.json"), at)
    play = Play(at)
    for event in sorted(play.events()):
        event.play()
    old = Notification.objects.filter(member__is_demo=True, created_at__lt=at - timedelta(days=UNREAD_DAYS))
    old.filter(read_at=None).update(read_at=at)
    return True


@transaction.atomic(durable=True)
def _add_organisations(specs: list[Spec], at: datetime) -> None:
    provinces = {term.code: term for term in Term.objects.filter(scheme=Scheme.PROVINCE)}
    add_carried(read_json("demo/competences.json"))
    for spec in specs:
        plain = {name: value for name, value in spec.items() if name not in {"province", "value_chains", "kets"}}
        organisation, new = Organisation.objects.get_or_create(
            slug=plain.pop("slug"), defaults={**plain, "province": provinces[spec["province"]], "is_demo": True}
        )
        if new:
            organisation.value_chains.set(ValueChain.objects.filter(slug__in=spec["value_chains"]))
            organisation.kets.set(kets_of(spec["kets"]))
            set_words(organisation, words_for({field: spec.get(field, []) for field in LISTS}, by=None, at=at))
            organisation.save(update_fields=list(LISTS))
            index_organisations([organisation])


@transaction.atomic(durable=True)
def _add_members(specs: list[Spec]) -> None:
    """Demo members have no password: the sign-in page of the demo lets visitors in as one of them."""
    for spec in specs:
        if Member.objects.filter(email=spec["email"]).exists():
            continue
        fields = {name: spec[name] for name in ("name", "language", "job_title", "is_staff")}
        member = Member.objects.create_user(spec["email"], is_demo=True, **fields)
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        index_members([member])
        member.value_chains.set(ValueChain.objects.filter(slug__in=spec["value_chains"]))
        member.led_chains.set(ValueChain.objects.filter(slug__in=spec["leads"]))
        if spec["organisation"]:
            organisation = Organisation.objects.get(slug=spec["organisation"])
            Affiliation.objects.create(member=member, organisation=organisation, role=spec["role"])


def _add_calls(specs: list[Spec], at: datetime) -> None:
    new = [spec for spec in specs if not Call.objects.filter(identifier=spec["identifier"]).exists()]
    rows = [_call_row(line, spec, at) for line, spec in enumerate(new, start=1)]
    if rows:
        import_calls(by=None, rows=rows, source="demo", name="demo/calls.json", at=at)
    for spec in new:
        call = Call.objects.get(identifier=spec["identifier"])
        call.is_demo, call.rules = True, spec["rules"]
        call.trl_min, call.trl_max = spec["trl"]
        call.save(update_fields=["is_demo", "rules", "trl_min", "trl_max"])
        call.value_chains.set(ValueChain.objects.filter(slug__in=spec["value_chains"]))
        call.kets.set(kets_of(spec["kets"]))


def _call_row(line: int, spec: Spec, at: datetime) -> CallRow:
    today = at.astimezone(ZoneInfo(ROME)).date()
    deadlines = []
    for kind, days, hour in spec["deadlines"]:
        raw = f"{today + timedelta(days=days):%d/%m/%Y} {hour}"
        read = read_opening if kind == "opening" else read_closing
        deadlines.append(DeadlineRow(kind, read(raw, Source.NATIONAL)))
    names = ("identifier", "title", "level", "funder", "programme", "action_type", "summary", "expected_grants")
    return CallRow(
        line=line,
        language=Language.IT,
        budget_min=Decimal(spec["budget_min"]),
        budget_max=Decimal(spec["budget_max"]),
        deadlines=deadlines,
        **{name: spec[name] for name in names},
    )
