"""The page on scale says what its arithmetic derives, and the arithmetic what was measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.city.matters import city_of, year
from bench.scale.bodies import CITY, COUNTRY, SHAPES, Shape, known
from bench.scale.measured import FILE, Figure, keep, measured
from bench.scale.page import PAGE, filled
from bench.scale.simulation import DEADLINE, commands_by_day, deadline, wait_of, working_days
from bench.scale.sizing import COPIES, need
from linkage import policy


@pytest.mark.timeout(600)
def test_the_tables_of_the_page_are_what_the_arithmetic_derives() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page, "run `python -m bench.scale page`"


def test_a_table_that_nobody_derives_is_not_passed_over() -> None:
    with pytest.raises(KeyError, match="invented"):
        filled("<!-- derived: invented -->\n<!-- /derived -->")


def test_every_figure_says_how_it_was_obtained() -> None:
    assert [name for name, figure in measured().items() if not (figure.command and figure.date and figure.says)] == []


def test_a_figure_measured_anew_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / FILE.name
    keep([Figure("one", 1, "B", "once"), Figure("two", 2, "B", "once")], "first", file)
    keep([Figure("one", 3, "B", "again")], "second", file)
    assert {name: (figure.value, figure.command) for name, figure in measured(file).items()} == {
        "one": (3, "second"),
        "two": (2, "first"),
    }


def test_a_city_needs_what_was_measured_of_it() -> None:
    figures = measured()
    found = need(CITY, 1, figures)
    tiers = CITY.tiers
    assert found.events == sum(figures[f"{tier}: events a year"].value for tier in tiers)
    assert found.commands == sum(figures[f"{tier}: commands a year"].value for tier in tiers)
    assert found.read == pytest.approx(found.events * figures["bytes of read models an event"].value)
    assert found.published == pytest.approx(found.events * COPIES * figures["bytes published an event, alone"].value)


def test_the_measured_commands_are_those_that_the_generator_gives() -> None:
    city = city_of(policy.directory(), "530100")
    assert (len(city.counties), len(city.townships)) == (CITY.county, CITY.township)
    assert sum(1 for matter in year(city, 2023) for _ in matter) == need(CITY, 1, measured()).commands


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_bytes_and_times_grow_with_the_volume_and_instances_with_the_bodies(shape: Shape) -> None:
    once, tenfold = need(shape, 1, measured()), need(shape, 10, measured())
    assert tenfold.disk == pytest.approx(10 * once.disk, rel=1e-6)
    assert tenfold.rebuild == pytest.approx(10 * once.rebuild, rel=1e-6)
    assert (tenfold.own, tenfold.shared, tenfold.brokers) == (once.own, once.shared, once.brokers)
    assert once.own == shape.municipal + 2 * shape.county


def test_no_instance_of_the_country_hosts_more_townships_than_its_variable_takes() -> None:
    most = measured()["most townships of an instance"].value
    townships = need(COUNTRY, 1, measured()).shared - 2
    assert COUNTRY.township / townships <= most < COUNTRY.township / (townships - 1)


def test_a_simulated_year_has_the_commands_of_the_generated_one() -> None:
    shape = Shape("two alike", 2, 28, 280)
    city = city_of(policy.directory(), "530100")
    alike = type(city)("1", {f"c{n}": tuple(f"t{n}-{m}" for m in range(10)) for n in range(14)})
    generated = sum(1 for matter in year(alike, 2023) for _ in matter)
    by_day = commands_by_day(shape, 3)
    assert sum(map(sum, by_day.values())) == pytest.approx(2 * 3 * generated)
    assert {len(line) for line in by_day.values()} == {len(working_days())}


def test_nobody_works_at_weekends_and_on_holidays() -> None:
    days = working_days()
    assert all(day.weekday() < 5 for day in days)
    assert {(day.month, day.day) for day in days}.isdisjoint({(1, 2), (1, 23), (5, 1), (10, 2)})


def test_who_comes_while_another_is_served_waits_for_the_rest() -> None:
    assert wait_of([0.0, 1.0, 1.0], 10)[1] == pytest.approx(0.1)
    assert wait_of([0.0] * 101, 10)[1] == pytest.approx(10)


def test_before_a_deadline_the_last_minute_is_the_fullest() -> None:
    peak = deadline(3_000, rate=1_000)
    assert peak.commands == 3_000
    assert peak.minute > 1.5 * 3_000 * 60 / DEADLINE


def test_a_process_that_is_started_meanwhile_knows_the_made_up_bodies(tmp_path: Path) -> None:
    told = "from linkage import policy; print(*(body.code for body in policy.directory()))"
    with known(tmp_path, Shape("small", 1, 2, 3)) as bodies:
        done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    codes = set(done.stdout.split())
    assert codes == {body.code for body in policy.directory()} | {code for of in bodies.values() for code in of}
