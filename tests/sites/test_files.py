"""A site's file: readable, whole, and refused with the file, the site and the field named."""

import json
import re
import warnings

import pytest

import growthcurves as gc
from growthcurves.errors import DataError, DataWarning, ModelError
from growthcurves.sites.plain import seal_of
from tests.sites.trial_rows import FORMULA


@pytest.fixture(scope="module")
def recipe(data):
    return gc.site_recipe(FORMULA, data)


def sums_of(recipe, data, site, **options):
    return gc.site_sums(recipe, data[data["site"] == site], name=site, **{"short": "merge", **options})


@pytest.fixture
def files(recipe, data, tmp_path):
    return [sums_of(recipe, data, site).save(tmp_path / f"{site}.json") for site in "ABC"]


def changed(path, seal=False, **values):
    """The file with some fields changed, with a seal of its own where `seal` says so."""
    content = json.loads(path.read_text())
    content |= values
    if seal:
        head = ("format", "version", "growthcurves", "seal")
        content["seal"] = seal_of({name: value for name, value in content.items() if name not in head})
    path.write_text(json.dumps(content))
    return path


def test_a_person_can_read_the_file(files, recipe):
    content = json.loads(files[0].read_text())
    assert content["site"] == "A"
    assert content["recipe"] == recipe.hash
    assert content["smallest_cell"] >= content["min_cell"] == 5
    assert content["summed_of_persons"] == list(recipe.person_names)
    first = content["schedules"][0]
    assert first["of_persons"][0][0] == first["persons"] == sum(kind["persons"] for kind in first["types"])
    assert all(len(line) < 400 for line in files[0].read_text().splitlines() if "made_by_recipe" not in line)


def test_files_and_sums_fit_alike(files, recipe):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [
            gc.fit(recipe, files),
            gc.fit(recipe, [gc.load_site_sums(path) for path in files]),
            gc.fit(FORMULA, files),
        ]
    assert len({str(fit) for fit in fits}) == 1


def test_what_was_left_out_is_told(files, recipe):
    with pytest.warns(DataWarning, match="Estimates are of those who are"):
        fit = gc.fit(recipe, files)
    assert any("cells below 5 persons are not told" in str(note) for note in fit.notes)


def test_a_file_edited_by_hand(files, recipe):
    with pytest.raises(DataError, match=r"A\.json.* was changed after it was written"):
        gc.fit(recipe, [changed(files[0], persons=1), *files[1:]])


def test_a_file_edited_by_someone_who_makes_the_seal_anew(files, recipe):
    content = json.loads(files[0].read_text())
    content["schedules"][0]["of_outcomes"][0][0] = -1.0
    with pytest.raises(DataError, match=r"\(A\): the field 'schedules\[0\].of_outcomes'"):
        gc.fit(recipe, [changed(files[0], seal=True, schedules=content["schedules"]), *files[1:]])


@pytest.mark.parametrize(
    ("path", "value"),
    [("min_cell", "five"), ("min_cell", 0), ("min_cell", 99), ("short", "mix"), ("left_out", None), ("recipe", None),
     ("left_out.rows", -1), ("schedules", {}), ("schedules[0].occasions", 3), ("schedules[0].types", []),
     ("schedules[0].apart", None), ("schedules[0].persons", 1.5), ("schedules[0].of_persons", [[1.0], []]),
     ("schedules[0].with_outcomes", [[1.0]]), ("schedules[0].of_outcomes", "none"), ("summed_of_persons", None)],
)  # fmt: skip
def test_whatever_field_is_edited_is_named(files, recipe, path, value):
    content = json.loads(files[0].read_text())
    *above, last = path.replace("[0]", ".0").split(".")
    holder = content
    for name in above:
        holder = holder[int(name) if name.isdecimal() else name]
    holder[last] = value
    name = path.split(".")[0].split("[")[0]
    with pytest.raises(DataError, match=re.escape(f"(A): the field '{path}'")):
        gc.fit(recipe, [changed(files[0], seal=True, **{name: content[name]}), *files[1:]])


@pytest.mark.parametrize("occasion", [[], [None, 0], ["x", 0], [[], 0], [2.0, "x"]])
def test_occasions_that_are_none(files, recipe, occasion):
    content = json.loads(files[0].read_text())
    content["schedules"][0]["occasions"][0] = occasion
    with pytest.raises(DataError, match=r"\(A\): the field 'schedules\[0\].occasions'"):
        gc.fit(recipe, [changed(files[0], seal=True, schedules=content["schedules"]), *files[1:]])


def test_a_mark_of_byte_order_and_other_line_ends(files):
    known = gc.load_site_sums(files[0])
    files[0].write_bytes(b"\xef\xbb\xbf" + files[0].read_bytes().replace(b"\n", b"\r\n"))
    assert gc.load_site_sums(files[0]).cells == known.cells


@pytest.mark.parametrize("field", ["persons", "rows", "smallest_cell"])
def test_counts_that_do_not_add_up(files, recipe, field):
    with pytest.raises(DataError, match=rf"\(A\): the field '{field}' is 7"):
        gc.fit(recipe, [changed(files[0], seal=True, **{field: 7}), *files[1:]])


def test_a_file_cut_short(files, recipe):
    text = files[1].read_text()
    files[1].write_text(text[:700])
    with pytest.raises(DataError, match=r"B\.json.* cut short at line \d+: send the whole file again"):
        gc.fit(recipe, files)


def test_another_recipe(files, data, recipe):
    other = gc.site_recipe(FORMULA, data, levels={"arm": ["drug", "placebo"]})
    if other.hash == recipe.hash:
        other = gc.site_recipe(FORMULA, data, levels={"arm": ["placebo", "drug"]})
    strange = sums_of(other, data, "C")
    with pytest.raises(DataError, match="C was summed by another recipe .*: its levels of arm are"):
        gc.fit(recipe, [*files[:2], strange])


def test_another_version(files, recipe):
    with pytest.raises(DataError, match="C was summed by growthcurves 9.9, and A by"):
        gc.fit(recipe, [*files[:2], changed(files[2], growthcurves="9.9")])
    with pytest.raises(DataError, match="the file version '99'"):
        gc.fit(recipe, [*files[:2], changed(files[2], version=99)])


def test_a_site_twice(files, recipe):
    with pytest.raises(DataError, match="The site 'A' is among the files twice"):
        gc.fit(recipe, [files[0], *files])


def test_a_site_twice_under_two_names(files, recipe):
    again = files[0].with_name("again.json")
    again.write_bytes(files[0].read_bytes())
    with pytest.raises(DataError, match="D and A hold the same sums"):
        gc.fit(recipe, [*files, changed(again, seal=True, site="D")])


def test_another_model(files):
    with pytest.raises(ModelError, match="made by a recipe of another model"):
        gc.fit("score ~ week + (week | patient)", files)


def test_options_that_the_recipe_says(files, recipe):
    with pytest.raises(ModelError, match="where= does not go with sites' sums"):
        gc.fit(recipe, files, where="age > 30")


def test_other_codes_at_a_site(recipe, data):
    strange = data[data["site"] == "A"].replace({"arm": {"drug": "Drug"}})
    with pytest.raises(Exception, match="The level 'Drug' of 'arm' is new"):
        gc.site_sums(recipe, strange, name="A")


def test_a_release_that_differs_by_a_few_persons(recipe, data, tmp_path):
    site = data[data["site"] == "A"]
    known = sums_of(recipe, data, "A")
    path = known.save(tmp_path / "A.json")
    without = site[site["patient"] != site["patient"].iloc[0]]
    later = gc.site_sums(recipe, without, name="A", short="merge")
    with pytest.warns(DataWarning, match="differ by fewer persons than may be told: arm"):
        later.save(path)
    with pytest.warns(DataWarning, match="differ by fewer persons than may be told"):
        gc.site_sums(recipe, without, name="A", short="merge", previous=known)
    corrected = site.assign(score=site["score"].where(site.index != site.index[0], 1.0))
    with pytest.warns(DataWarning, match="by outcomes of as many persons"):
        gc.site_sums(recipe, corrected, name="A", short="merge", previous=known)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gc.site_sums(recipe, site, name="A", short="merge", previous=known)
