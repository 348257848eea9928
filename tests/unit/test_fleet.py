"""Several processes of one test: they go on together, and what became of each is told."""

from scenarios.fleet import READY, WARM, Fleet


def fleet(*names):
    made = Fleet(100.0)
    for index, name in enumerate(names):
        made.join(name, name=name, index=index)
    return made


def outcome(calls):
    return {"operations": {"send": {"count": calls}, "task:send": {"count": calls}}}


def test_nobody_goes_on_before_the_last_has_arrived():
    both = fleet("a", "b")
    both.arrive("a", READY)
    assert both.waiting(101.0) == {}
    both.arrive("b", READY)
    assert {name: (go.point, go.elapsed_s) for name, go in both.waiting(102.0).items()} == {
        "a": (READY, 0.0),
        "b": (READY, 0.0),
    }


def test_a_process_is_told_of_a_point_once():
    alone = fleet("a")
    alone.arrive("a", READY)
    assert alone.waiting(101.0)
    assert alone.waiting(102.0) == {}


def test_who_comes_in_the_warm_up_runs_the_rest_of_it_and_is_waited_for():
    test = fleet("a")
    test.arrive("a", READY)
    test.waiting(101.0)
    test.join("late", name="late", index=1, now_s=103.0)
    test.arrive("late", READY)
    assert test.waiting(103.5)["late"].elapsed_s == 2.5
    test.arrive("a", WARM)
    assert test.waiting(105.0) == {}
    test.arrive("late", WARM)
    assert test.waiting(105.5).keys() == {"a", "late"}


def test_who_comes_in_the_window_is_told_how_much_of_it_is_over():
    test = fleet("a")
    for point, now_s in ((READY, 101.0), (WARM, 103.0)):
        test.arrive("a", point)
        test.waiting(now_s)
    test.join("late", name="late", index=1, now_s=104.0)
    test.arrive("late", READY)
    go = test.waiting(107.0)["late"]
    assert (go.point, go.elapsed_s) == (WARM, 4.0)


def test_a_lost_process_is_waited_for_no_more_and_named():
    both = fleet("a", "b")
    both.hear("b", 70, 104.0)
    both.arrive("a", READY)
    both.lose("b")
    assert both.waiting(104.0).keys() == {"a"}
    both.deliver("a", outcome(30))
    assert both.is_complete
    assert [(one["name"], one["lost_s"], one["calls"], one["reported_calls"]) for one in both.told()] == [
        ("a", None, 30, 0),
        ("b", 4.0, None, 70),
    ]


def test_a_process_that_has_told_its_window_cannot_be_lost():
    alone = fleet("a")
    alone.deliver("a", outcome(30))
    assert alone.lose("a") is None
    assert alone.told()[0]["lost_s"] is None


def test_a_process_thought_lost_whose_window_arrives_is_not():
    alone = fleet("a")
    alone.lose("a")
    alone.deliver("a", outcome(30))
    assert alone.told()[0]["lost_s"] is None
    assert alone.outcomes == [outcome(30)]


def test_a_process_that_failed_is_named_with_its_own_words():
    both = fleet("a", "b")
    both.fail("a", "no database")
    both.deliver("b", outcome(1))
    assert both.is_complete
    assert both.told()[0]["failure"] == "no database"


def test_the_same_process_joins_once():
    alone = fleet("a")
    alone.join("a", name="a", index=0, now_s=105.0)
    assert alone.members["a"].joined_s is None
