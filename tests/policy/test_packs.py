"""The project's own packs and divisions, and what is refused when they are read. Domain paper §5, §7; design D13."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkage import policy, v1
from linkage.policy.model import Pack, Rule
from linkage.policy.sources import FOLDER, PolicyError, read_directory, read_packs
from linkage.testing import moment

RULE = """
- id: ZZ-ONE-1
  cite: "002.11"
  text_zh: 远程协商会由主席或相关副主席主持
  modality: shall
  enforcement: REJECT
  applies_to: {tiers: [municipal]}
  metric: {kind: role, event: RemoteSessionOpened, field: host, roles: [CHAIR]}
"""
PACK = """
id: some-pack
jurisdiction_zh: 某市
division_code: "512000"
kind: city_procedural_rules
source: {seed: "002", title_zh: 细则, issuer_zh: 某市政协, issued: "2022-03-31"}
rules:
"""


def rules() -> dict[str, Rule]:
    return {rule.id: rule for pack in policy.load().packs for rule in pack.rules}


def read(folder: Path, text: str, name: str = "some-pack.yaml") -> tuple[Pack, ...]:
    (folder / name).write_text(text, encoding="utf-8")
    return read_packs(folder)


# What is there


def test_all_rules_of_the_five_sources_are_there_with_their_citations() -> None:
    assert {pack.id: len(pack.rules) for pack in policy.load().packs} == {
        "district-anon-2020": 15,
        "helan-2023": 23,
        "kunming-2020": 16,
        "wuhan-sector-2018": 13,
        "ziyang-2022": 24,
    }
    seeds = {"kunming-2020": "000", "helan-2023": "001", "ziyang-2022": "002", "district-anon-2020": "003"}
    for pack in policy.load().packs:
        assert all(rule.cite.startswith(seeds.get(pack.id, "004")) for rule in pack.rules)


def test_a_pack_is_in_force_from_the_day_its_source_says() -> None:
    since = {pack.id: pack.since.isoformat() for pack in policy.load().packs}
    assert since["ziyang-2022"] == "2022-03-31"  # in force before it was published on 2022-04-26
    assert since["helan-2023"] == "2023-06-25"
    assert since["kunming-2020"] == "2020-02-26"  # no day of issue is known


def test_the_mandatory_wording_refuses() -> None:
    assert {rule.enforcement for rule in rules().values() if rule.modality == "must"} == {"REJECT"}


def test_a_target_or_a_permission_to_explore_never_gates() -> None:
    soft = [rule for rule in rules().values() if rule.modality in ("strive", "in_principle")]
    assert {rule.enforcement for rule in soft} == {"REPORT"}


@pytest.mark.parametrize(
    ("code", "packs"),
    [
        ("512000", "ziyang-2022"),
        ("512021", "ziyang-2022"),
        ("530100", "kunming-2020"),
        ("530115", "kunming-2020"),
        ("530115102", "kunming-2020"),
        ("640122", "helan-2023"),
        ("640122100", "helan-2023"),
        ("640100", ""),
        ("511000", ""),
    ],
)
def test_a_body_is_bound_by_its_own_pack_and_by_what_its_citys_says_to_its_tier(code: str, packs: str) -> None:
    loaded = policy.load()
    assert loaded.version(loaded.directory[code]) == packs


def test_a_citys_rules_bind_a_county_only_where_they_name_its_tier() -> None:
    loaded = policy.load()
    bound = {rule.id for _, rule in loaded.binding(loaded.directory["512021"])}
    assert bound == {"ZY-SUP-4", "ZY-LINK-1", "ZY-LINK-2"}


def test_before_its_first_day_a_pack_binds_nobody() -> None:
    loaded = policy.load()
    ziyang = loaded.directory["512000"]
    assert loaded.version(ziyang, moment("2022-03-30 23:59")) == ""
    assert loaded.version(ziyang, moment("2022-03-31 00:00")) == "ziyang-2022"


def test_the_anonymous_sample_binds_no_body() -> None:
    loaded = policy.load()
    assert "district-anon-2020" not in "".join(loaded.version(body) for body in loaded.directory)


# Divisions


def test_the_divisions_of_the_fixture_are_there_each_under_the_body_right_above() -> None:
    bodies = policy.directory()
    below = {upper.code: [body.code for body in bodies if body.above == upper.code] for upper in bodies}
    assert len(below["530100"]) == 14
    assert below["512000"] == ["512002", "512021", "512022"]
    assert len(below["420100"]) == 13
    assert len(below["640100"]) == 6
    assert len(below["640122"]) == 10
    assert {"512021110", "512002103", "512022103", "530114001", "530115102", "530181007"} <= {b.code for b in bodies}


def test_every_body_says_its_tier_and_stands_under_one_of_the_tier_above() -> None:
    bodies = policy.directory()
    for body in bodies:
        if body.tier == v1.TIER_MUNICIPAL:
            assert body.above == ""
        else:
            assert bodies[body.above].tier == body.tier - 1


def test_two_cities_are_peers_and_neither_guides_the_other() -> None:
    bodies = policy.directory()
    assert bodies.peers("512000", "511000")
    assert not bodies.guides("512000", "511000")
    assert bodies.guides("640122", "640122401")


def test_a_division_that_was_recoded_or_moved_away_is_no_body_any_more() -> None:
    bodies = policy.directory()
    assert not {"530122", "512081", "410306"} & {body.code for body in bodies}


# What is refused, in a sentence that names the place


def test_a_pack_as_it_should_be_is_read(tmp_path: Path) -> None:
    (pack,) = read(tmp_path, PACK + RULE)
    assert [rule.id for rule in pack.rules] == ["ZZ-ONE-1"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("modality: shall", "modality: probably", "some-pack.yaml, rule ZZ-ONE-1: modality: Input should be 'must'"),
        ("enforcement: REJECT", "enforcement: BLOCK", "some-pack.yaml, rule ZZ-ONE-1: enforcement: Input should be"),
        ("kind: role", "kind: guess", "some-pack.yaml, rule ZZ-ONE-1: metric: Input tag 'guess'"),
        (
            "roles: [CHAIR]",
            "roles: [CHAIR], rolls: 1",
            "some-pack.yaml, rule ZZ-ONE-1: metric.role.rolls: Extra inputs",
        ),
        ("  modality: shall\n", "", "some-pack.yaml, rule ZZ-ONE-1: modality: Field required"),
        ("[municipal]", "[provincial]", "some-pack.yaml, rule ZZ-ONE-1: applies_to.tiers.0: Input should be"),
        ("id: ZZ-ONE-1", "id: one", "some-pack.yaml, rule one: id: String should match pattern"),
        ("id: some-pack", "id: other-pack", "some-pack.yaml: the pack calls itself other-pack"),
        ("kind: city", "colour: red\nkind: city", "some-pack.yaml: colour: Extra inputs are not permitted"),
        (', issued: "2022-03-31"', "", "some-pack.yaml: source: Value error, names no day"),
        ("modality: shall", "modality: shall\n  modality: must", "some-pack.yaml: key 'modality' stands twice"),
        ("rules:", "rules: [", "some-pack.yaml: while parsing"),
    ],
)
def test_a_pack_with_a_mistake_is_refused_and_the_place_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = PACK + RULE
    assert old in text
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, text.replace(old, new, 1))
    assert str(caught.value).startswith(said)


def test_an_id_names_one_rule_in_all_packs(tmp_path: Path) -> None:
    read(tmp_path, PACK + RULE)
    with pytest.raises(PolicyError, match=r"some-pack.yaml, rule ZZ-ONE-1: the id is taken in other-pack.yaml"):
        read(tmp_path, (PACK + RULE).replace("id: some-pack", "id: other-pack"), "other-pack.yaml")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('- {code: "512000", tier: municipal, above: "", name_zh: 资阳市}', "512000 stands twice"),
        ('- {code: "512099", tier: county, above: "512098", name_zh: 某县}', "512099 stands under 512098"),
        ('- {code: "51", tier: county, above: "", name_zh: 某县}', "String should match pattern"),
        ('- {code: "512099", tier: village, above: "", name_zh: 某村}', "Input should be 'municipal'"),
    ],
)
def test_divisions_with_a_mistake_are_refused(tmp_path: Path, line: str, said: str) -> None:
    text = (FOLDER / "divisions.yaml").read_text(encoding="utf-8")
    path = tmp_path / "divisions.yaml"
    path.write_text(text.replace("\n# Real code changes", f"\n{line}\n# Real code changes"), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^divisions.yaml: .*" + said):
        read_directory(path)
