"""Five cron fields, checked and written in one way, and said as a frequency. It computes no times: the scheduler does.

Days of the week become names, because the number 0 is Sunday to cron and Monday to the scheduler's library;
a range of them becomes a list, because there a range cannot go past Sunday.
"""

from __future__ import annotations

import re

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/([0-9]{1,3}))?")
LONGEST = 60

# Auto Cron's frequencies (CONFLICTS 35): hourly uses the minute only, weekly and monthly add a day
HOURLY, DAILY, WEEKLY, MONTHLY, CUSTOM = "hourly", "daily", "weekly", "monthly", "custom"
FREQUENCIES = (HOURLY, DAILY, WEEKLY, MONTHLY, CUSTOM)
CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def normal(text: str) -> str:
    """The same times in the form that is stored. Raises ValueError with a sentence."""
    fields = str(text).lower().split()
    if len(fields) != len(FIELDS) or not str(text).isascii():
        raise ValueError("A schedule has five fields: minute, hour, day of the month, month, day of the week.")
    written = " ".join(_field(field, *limits) for field, limits in zip(fields, FIELDS, strict=True))
    if len(written) > LONGEST:
        raise ValueError(f"The schedule is too long: at most {LONGEST} characters.")
    return written


def of_frequency(frequency: str, start_time: str, *, before: str = "") -> str:
    """The five fields of an hourly, daily, weekly or monthly launch at `start_time` ("HH:MM" or "HH:MM:SS", UTC).

    Launches are on whole minutes: seconds are left out. The day of a weekly or monthly one is kept from the
    expression `before` when that has one, else it is Sunday or the first. Raises ValueError with a sentence.
    """
    if frequency not in FREQUENCIES[:-1]:
        raise ValueError(f"The frequency must be one of: {', '.join(FREQUENCIES[:-1])}.")
    match = CLOCK_TIME.fullmatch(start_time.strip())
    if match is None or not start_time.isascii():
        raise ValueError("The start time must be hours, minutes and seconds, like 06:30:00.")
    hour, minute = int(match[1]), int(match[2])
    same = before if frequency_of(before)[0] == frequency else ""
    day, weekday = (same.split()[2], same.split()[4]) if same else ("1", "sun")
    return {
        HOURLY: f"{minute} * * * *",
        DAILY: f"{minute} {hour} * * *",
        WEEKLY: f"{minute} {hour} * * {weekday}",
        MONTHLY: f"{minute} {hour} {day} * *",
    }[frequency]


def frequency_of(cron: str) -> tuple[str, str]:
    """The frequency and the start time ("HH:MM:00") that a stored expression means; custom when it means neither."""
    fields = cron.split()
    if len(fields) != 5 or not fields[0].isdigit():
        return CUSTOM, "00:00:00"
    minute, hour, day, month, weekday = fields
    if fields[1:] == ["*"] * 4:
        return HOURLY, f"00:{int(minute):02}:00"
    if not hour.isdigit() or month != "*":
        return CUSTOM, "00:00:00"
    start = f"{int(hour):02}:{int(minute):02}:00"
    if day == "*":
        return (DAILY if weekday == "*" else WEEKLY if weekday in DAYS else CUSTOM), start
    return (MONTHLY if day.isdigit() and weekday == "*" else CUSTOM), start


def _field(field: str, name: str, low: int, high: int) -> str:
    parts = [_part(part, name, low, high) for part in field.split(",")]
    if high != 7 or any(part == "*" for part in parts):
        return "*" if "*" in parts else ",".join(parts)
    days = {day for part in parts for day in part.split(",")}
    return ",".join(day for day in DAYS if day in days)


def _part(part: str, name: str, low: int, high: int) -> str:
    match = PART.fullmatch(part)
    if match is None:
        raise ValueError(f"{part[:20]!r} is no {name}.")
    first, last, step = match.groups()
    if first == "*" and last is None:
        start, end = low, high
    elif first == "*":
        raise ValueError(f"{part[:20]!r} is no {name}.")
    else:
        start = _number(first, name, low, high)
        end = _number(last, name, low, high) if last else (high if step else start)
        if end < start:
            if high != 7:
                raise ValueError(f"{part[:20]!r} runs backwards: the {name} must not end before it begins.")
            end += 7
    if step is not None and not 1 <= int(step) <= high:
        raise ValueError(f"The step of the {name} must be from 1 to {high}, not {step}.")
    if high == 7:
        return _days(first, start, end, int(step or 1))
    return part if first == "*" else f"{start}" + (f"-{end}" if end != start else "") + (f"/{step}" if step else "")


def _days(first: str, start: int, end: int, step: int) -> str:
    if first == "*":
        end = 6
        if step == 1:
            return "*"
    return ",".join(DAYS[day % 7] for day in range(start, end + 1, step))


def _number(text: str, name: str, low: int, high: int) -> int:
    names = DAYS if high == 7 else MONTHS if high == 12 else ()
    if text in names:
        return names.index(text) + (1 if high == 12 else 0)
    if not text.isdigit() or not low <= int(text[:6]) <= high:
        raise ValueError(f"The {name} must be from {low} to {high}, not {text[:20]!r}.")
    return int(text)
