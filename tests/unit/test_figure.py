import pytest

from harness.figure import figure, ratio_figure, significant


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        *((0.000012345, "0.0000123"), (0.5, "0.5"), (1.204, "1.2"), (9.999, "10"), (123.4, "123")),
        *((999.7, "1,000"), (1430.0, "1,430"), (1_234_567.0, "1,234,567"), (-1430.4, "-1,430"), (0.0, "0")),
    ],
)
def test_a_figure_has_three_digits_or_its_whole_part_and_no_power_of_ten(number: float, shown: str) -> None:
    assert figure(number) == shown


def test_significant_digits_keep_the_zeros_that_were_measured() -> None:
    assert [significant(number) for number in (1.2, 12, 0.05)] == ["1.20", "12.0", "0.0500"]


def test_a_ratio_near_one_has_two_decimals() -> None:
    assert [ratio_figure(ratio) for ratio in (0.953, 1.0, 12.34, 1430.4)] == ["0.95", "1.00", "12.3", "1,430"]
