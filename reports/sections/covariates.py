"""Covariates: what each part of the trial and the machine did, round by round."""

from reports.lane_style import lane_styles
from reports.round_picture import round_picture
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.wording import spoken


def build(run: StoredRun) -> Section | None:
    """Only what differs between trials is drawn; what was the same in all is said in words."""
    tables = [one for one in run.summary.get("covariates") or () if len(one["rounds"]) > 1]
    if not tables:
        return None
    styles = lane_styles(run.lanes, run.baseline)
    body = fill(
        "sections/covariates.html.j2",
        panels=[
            (_title(one), round_picture(f"covariate-{number}", _as_table(one), styles, ()))
            for number, one in enumerate(tables)
            if len(_values(one)) > 1
        ],
        constant=[(_title(one), _values(one)[0]) for one in tables if len(_values(one)) == 1],
        styles=list(styles.values()),
    )
    return Section(anchor="covariates", title="Beside the window, round by round", body=body)


def _title(one: Json) -> str:
    names = {"us": "", "s": " (seconds)", "share": " (share)"}
    name = spoken(one["covariate"].removesuffix("_us").removesuffix("_cpu_s"))
    kind = "CPU of " if one["covariate"].endswith("_cpu_s") else ""
    return f"{kind}{name}{names.get(one['unit'], '')}, {one['scenario']} on {one['target']}"


def _values(one: Json) -> list[float]:
    return sorted({value for row in one["lanes"].values() for value in row if value is not None})


def _as_table(one: Json) -> Json:
    return {**one, "operation": one["covariate"], "metric": one["covariate"]}
