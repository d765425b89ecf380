"""valueseg in Airflow: one task, whose exit code decides what happens next.

5 (not ready, or another run is at work) is retried by Airflow; everything else that is not 0 fails at once, for another try
would end the same. 4 (a gate held the night back) fails with its own words, so that an alert can tell it from trouble:
yesterday's night stays live, somebody who knows the data should look. A night that is published may have alerts: they are
logged as warnings and handed on, so that a later task can send them.
"""

import json
import logging
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException

PROJECT = "/srv/shop"
RETRY = 5
HELD = 4


@dag(
    schedule="30 2 * * *",
    start_date=datetime(2026, 11, 1),
    # A night is of a date: nights that were missed are made one after the other.
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 36, "retry_delay": timedelta(minutes=10)},
    tags=["valueseg"],
)
def valueseg_night():
    @task
    def run(ds=None):
        command = ["valueseg", "run", "--project", PROJECT, "--as-of", ds, "--log-format", "json"]
        code = subprocess.run(command, check=False).returncode
        if code == RETRY:
            raise AirflowException("not ready, or another run is at work")
        if code == HELD:
            raise AirflowFailException("a gate held the night back; yesterday's stays live")
        if code != 0:
            raise AirflowFailException(f"exit code {code}: see the lines above, and valueseg explain error CODE")
        alerts = json.loads(Path(PROJECT, "out/runs", ds, "alerts.json").read_text(encoding="utf-8"))
        for alert in alerts:
            logging.warning("%s: %s To do: %s", alert["key"], alert["what"], alert["to_do"])
        return alerts

    run()


valueseg_night()
