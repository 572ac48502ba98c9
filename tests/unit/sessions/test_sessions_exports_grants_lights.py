import pytest

from services.sessions.domain.cells import MAX_CELL, safe
from services.sessions.domain.grants import folder_problem, judge
from services.sessions.domain.lights import lights
from services.sessions.domain.mode import Connectivity

UP = Connectivity(internet=True, head_office=True)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
        "{=1+1}",
        " =1+1",
        "\u00a0=1",
        "|cmd",
        "%0A=1",
    ],
)
def test_s11_no_cell_of_an_export_is_a_formula(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["00123", "1E5", "MAR1", "राम", "🙂", "a=1", "", -100, 0, None])
def test_s11_other_cells_stay_as_they_are(cell):
    assert safe(cell) == cell


def test_s11_a_cell_is_no_longer_than_a_spreadsheet_takes():
    assert len(str(safe("x" * 40_000))) == MAX_CELL


@pytest.mark.parametrize("folder", ["relative", "./here", "/var/../etc", ""])
def test_s3_a_folder_is_named_by_its_whole_path(folder):
    assert folder_problem(folder)


def test_s3_a_folder_must_give_back_what_was_written_and_have_room():
    assert folder_problem("/var/lib/store") is None
    good = judge(written=b"ab", read_back=b"ab", free_bytes=10, needed_bytes=10)
    assert (good.problem, good.free_bytes) == (None, 10)
    assert judge(written=b"ab", read_back=b"a", free_bytes=10, needed_bytes=10).problem
    small = judge(written=b"ab", read_back=b"ab", free_bytes=5 * 2**20, needed_bytes=512 * 2**20)
    assert small.problem == "only 5 MB are free, 512 MB are needed"


@pytest.mark.parametrize(
    ("connectivity", "heard", "skew", "colours"),
    [
        (UP, True, 0, {"till_edge": "green", "edge_internet": "green", "oms": "green"}),
        (Connectivity(internet=True, head_office=False), True, 0, {"edge_internet": "green", "oms": "red"}),
        (Connectivity(internet=False, head_office=False), True, 0, {"edge_internet": "red", "oms": "red"}),
        (UP, False, 0, {"till_edge": "green", "edge_internet": "yellow", "oms": "yellow"}),
        (None, True, 0, {"till_edge": "green", "edge_internet": "yellow", "oms": "yellow"}),
        (UP, True, 300, {"oms": "green"}),
        (UP, True, -301, {"oms": "green", "clock": "red"}),
    ],
)
def test_b2_b20_three_lights_and_one_for_a_wrong_clock(connectivity, heard, skew, colours):
    shown = {light.name: light for light in lights(connectivity, heard=heard, skew_seconds=skew)}
    assert {name: shown[name].colour for name in colours} == colours
    assert ("clock" in shown) == ("clock" in colours)
    assert all(light.text and light.key for light in shown.values())
    assert all(light.what_to_do for light in shown.values() if light.colour != "green")


def test_b2_a_superseded_server_says_so():
    superseded = Connectivity(internet=True, head_office=True, superseded=True)
    assert [light.key for light in lights(superseded, heard=True, skew_seconds=0)][2] == "lights.oms.superseded"
