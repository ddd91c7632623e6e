"""Writes of what calls ask: the kinds of call with their rules and samples, and a call's own rules.

Each brings the radar of every idea that it concerns up to date, on open pages, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.board import rejudge
from ideas.errors import Conflict, NotAllowed
from ideas.models import Call, Member, RuleSet
from ideas.queries.rule_sets import kind_for, kinds, rules_for
from ideas.radar import YES_OR_NO, CallRule, numbers_in
from ideas.rules.calls import can_edit_calls
from ideas.rules.rule_sets import can_edit_rule_sets

CONTENT = ("name_it", "name_en", "programmes", "action_types", "rules", "position", "retired")
MAX_NAME_CHARS = 120
MAX_PATTERN_CHARS = 200
MAX_PATTERNS = 30
MAX_NUMBER = 99
MAX_POSITION = 999
MAX_SAMPLES = 20
MAX_PARTIES = 30
PAIRS = (
    (CallRule.MIN_ORGANISATIONS, CallRule.MAX_ORGANISATIONS),
    (CallRule.MIN_LABORATORIES, CallRule.MAX_LABORATORIES),
)


@transaction.atomic(durable=True)
def add_rule_set(*, by: Member, content: Mapping[str, Any], samples: Sequence[Mapping[str, Any]] = ()) -> RuleSet:
    """Describe a kind of call; those that it fits and no earlier kind does ask what it says from now on.

    `content` maps names of `CONTENT`; `samples` are those of the kind that it is a copy of.
    Raises NotAllowed, ValidationError by field.
    """
    _require(by)
    rule_set = RuleSet(samples=list(samples))
    _fill(rule_set, content)
    rule_set.code = _free_code(rule_set.name_en)
    before = kinds()
    rule_set.save(force_insert=True)
    publish.rules_changed(rejudge(_asking_otherwise(before)))
    return rule_set


@transaction.atomic(durable=True)
def edit_rule_set(*, by: Member, rule_set: RuleSet, content: Mapping[str, Any], seen: str) -> RuleSet:
    """Change a kind of call. `seen` is `state_of` the set as the person had it before them.

    Raises NotAllowed, ValidationError by field, Conflict("rules_changed").
    """
    _require(by)
    rule_set = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    if state_of(rule_set) != seen:
        raise Conflict("rules_changed")
    before = kinds()
    _fill(rule_set, content)
    rule_set.save(update_fields=[*CONTENT])
    publish.rules_changed(rejudge(_asking_otherwise(before)))
    return rule_set


@transaction.atomic(durable=True)
def keep_sample(*, by: Member, rule_set: RuleSet, name: str, parties: Sequence[Mapping[str, Any]]) -> RuleSet:
    """Keep a line-up with a kind of call, to try later changes on; one of the same name gives way.

    `parties`: [{"name", and what `radar.Party` takes but for its organisation and proposals}, …].
    Raises NotAllowed, ValidationError for "sample", Conflict("too_many_samples").
    """
    _require(by)
    rule_set = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    name = text.clean_line("sample", name, most=MAX_NAME_CHARS)
    if not name:
        raise ValidationError({"sample": ValidationError(_("Give the line-up a name."), code="required")})
    if not parties or len(parties) > MAX_PARTIES:
        raise ValidationError({"sample": ValidationError(_("Put organisations into the line-up first."), code="empty")})
    others = [one for one in rule_set.samples if one["name"] != name]
    if len(others) >= MAX_SAMPLES:
        raise Conflict("too_many_samples")
    rule_set.samples = [*others, {"name": name, "parties": [dict(one) for one in parties]}]
    rule_set.save(update_fields=["samples"])
    return rule_set


@transaction.atomic(durable=True)
def drop_sample(*, by: Member, rule_set: RuleSet, name: str) -> RuleSet:
    """Take a kept line-up away; where it has gone already, nothing happens. Raises NotAllowed."""
    _require(by)
    rule_set = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    rule_set.samples = [one for one in rule_set.samples if one["name"] != name]
    rule_set.save(update_fields=["samples"])
    return rule_set


@transaction.atomic(durable=True)
def write_call_rules(*, by: Member, call: Call, rules: Mapping[str, int | None], seen: str) -> Call:
    """Write a call's own rules; None is as its kind asks, 0 asks nothing. What is there for programs stays.

    `seen` is `rules_state` of the call as the person had it before them.
    Raises NotAllowed, ValidationError by rule, Conflict("rules_changed").
    """
    if not can_edit_calls(by):
        raise NotAllowed
    call = Call.objects.select_for_update().get(pk=call.pk)
    if rules_state(call) != seen:
        raise Conflict("rules_changed")
    among = kinds()
    kind, before = kind_for(call, among), rules_for(call, among)
    own = {**call.rules, **{name: rules.get(name) for name in CallRule.values}}
    call.rules = {name: value for name, value in own.items() if value is not None}
    check_rules({name: call.rules.get(name) for name in CallRule.values}, kind.rules if kind else {})
    call.save(update_fields=["rules"])
    publish.rules_changed(rejudge([call]) if rules_for(call, among) != before else [])
    return call


@transaction.atomic(durable=True)
def judge_everything() -> int:
    """Hold all line-ups against what their calls ask, for rows that are older than a rule; returns how many changed."""
    judged = rejudge(Call.objects.filter(ideas__isnull=False).distinct())
    changed = [(consortium, moves) for consortium, moves in judged if moves is not None]
    publish.rules_changed(changed)
    return len(changed)


def check_rules(rules: Mapping[str, int | None], of_kind: Mapping[str, int] | None = None) -> None:
    """Refuse numbers that can't be, or contradict each other with those of the kind. Raises ValidationError by rule."""
    for name, number in rules.items():
        most = 1 if name in YES_OR_NO else 100 if name == CallRule.MIN_SME_PERCENT else MAX_NUMBER
        if number is not None and not 0 <= number <= most:
            error = ValidationError(_("Give a whole number from 0 to %(limit)d."), params={"limit": most}, code="range")
            raise ValidationError({name: error})
    own = {name: number for name, number in rules.items() if number is not None}
    asked = numbers_in({**(of_kind or {}), **own})
    for low, high in PAIRS:
        if asked.get(low, 0) > asked.get(high, MAX_NUMBER):
            error = ValidationError(_("The largest value is smaller than the smallest one."), code="range")
            raise ValidationError({high.value: error})


def state_of(rule_set: RuleSet) -> str:
    """Name what a person can edit of a kind as it stands: another name, and somebody saved meanwhile."""
    return _named([repr(getattr(rule_set, name)) for name in CONTENT if name != "rules"] + _sorted(rule_set.rules))


def rules_state(call: Call) -> str:
    """Name a call's own rules, and what its kind is found by, as they stand."""
    return _named([call.programme, call.action_type, *_sorted(call.rules)])


# Fields -------------------------------------------------------------------------------------------------------------


def _require(by: Member) -> None:
    if not can_edit_rule_sets(by):
        raise NotAllowed


def _asking_otherwise(before: Iterable[RuleSet]) -> list[Call]:
    """Find the calls at which ideas aim and that ask something else than by the kinds `before`."""
    before, now = list(before), kinds()
    aimed_at = Call.objects.filter(ideas__isnull=False).order_by("id").distinct()
    return [call for call in aimed_at if rules_for(call, before) != rules_for(call, now)]


def _fill(rule_set: RuleSet, content: Mapping[str, Any]) -> None:
    unknown = set(content) - set(CONTENT)
    if unknown:
        raise TypeError(f"Not content of a rule set: {sorted(unknown)}")
    for name in ("name_it", "name_en"):
        setattr(rule_set, name, text.clean_line(name, content[name], most=MAX_NAME_CHARS))
        if not getattr(rule_set, name):
            raise ValidationError({name: ValidationError(_("Give it a name."), code="required")})
    for name in ("programmes", "action_types"):
        setattr(rule_set, name, _patterns(name, content[name]))
    if not rule_set.programmes and not rule_set.action_types:
        words = _("Say for which calls it is: by programme, by type of action, or both.")
        raise ValidationError({"programmes": ValidationError(words, code="required")})
    check_rules(content["rules"])
    rule_set.rules = numbers_in(content["rules"])
    rule_set.position, rule_set.retired = _position(content.get("position")), bool(content.get("retired"))


def _patterns(name: str, lines: Sequence[str]) -> list[str]:
    if len(lines) > MAX_PATTERNS:
        error = ValidationError(_("Give %(limit)d lines at the most."), params={"limit": MAX_PATTERNS}, code="many")
        raise ValidationError({name: error})
    cleaned = [text.clean_line(name, line, most=MAX_PATTERN_CHARS) for line in lines]
    return list(dict.fromkeys(line for line in cleaned if line))


def _position(number: int | None) -> int:
    number = number or 0
    if not 0 <= number <= MAX_POSITION:
        error = ValidationError(
            _("Give a whole number from 0 to %(limit)d."), params={"limit": MAX_POSITION}, code="range"
        )
        raise ValidationError({"position": error})
    return number


def _free_code(name: str) -> str:
    base = slugify(name)[:30].strip("-") or "rules"
    if base == "new":  # stands behind /rule-sets/ for something else
        base = "new-rules"
    taken = set(RuleSet.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}-{n}") not in taken)


def _sorted(rules: Mapping[str, Any]) -> list[str]:
    return [f"{name}={rules[name]!r}" for name in sorted(rules)]


def _named(facts: Sequence[str]) -> str:
    return sha256(repr(facts).encode()).hexdigest()[:32]
