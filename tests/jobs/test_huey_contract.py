"""Holds the names of Huey that jobs/queue.py stands on to the version we pin."""

from __future__ import annotations

import inspect

import huey
import pytest
from huey.api import Huey, PeriodicTask, Task, TaskWrapper
from huey.bin import huey_consumer
from huey.consumer import Consumer, ThreadEnvironment, Worker, WorkerRecycle
from huey.serializer import Serializer
from huey.storage import BaseStorage

from hotspot_lite.jobs.consumer import LaneConsumer, LaneWorker
from hotspot_lite.jobs.queue import LaneHuey
from hotspot_lite.jobs.storage import LaneStorage


def test_huey_is_the_version_that_was_read() -> None:
    assert huey.__version__ == "3.5.4"


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (Huey, "execute", ["self", "task", "timestamp"]),
        (Huey, "enqueue", ["self", "task"]),
        (Huey, "dequeue", ["self"]),
        (Huey, "add_schedule", ["self", "task"]),
        (Huey, "create_consumer", ["self", "options"]),
        (Consumer, "start", ["self"]),
        (Consumer, "stop", ["self", "graceful"]),
        (Consumer, "run", ["self"]),
        (Consumer, "loop", ["self", "health_check_ts"]),
        (Consumer, "_set_signal_handlers", ["self"]),
        (Consumer, "_create_worker", ["self"]),
        (Consumer, "_create_process", ["self", "process", "name"]),
        (Consumer, "_join_workers", ["self"]),
        (Worker, "loop", ["self", "now"]),
        (Serializer, "_serialize", ["self", "data"]),
        (Serializer, "_deserialize", ["self", "data"]),
        (BaseStorage, "enqueue", ["self", "data", "priority"]),
        (BaseStorage, "read_schedule", ["self", "ts"]),
        (BaseStorage, "peek_many", ["self", "keys"]),
    ],
)
def test_what_we_override_has_the_shape_we_override(
    owner: type, name: str, parameters: list[str]
) -> None:
    assert list(inspect.signature(getattr(owner, name)).parameters) == parameters


def test_the_consumer_script_asks_the_instance_for_its_consumer() -> None:
    source = inspect.getsource(huey_consumer.consumer_main)
    assert "huey_instance.create_consumer(**config.values)" in source


def test_a_worker_of_a_blocking_storage_asks_again_at_once() -> None:
    assert "not self.huey.storage.blocking" in inspect.getsource(Worker.loop)
    assert LaneStorage.blocking


def test_post_execute_hooks_run_before_huey_decides_on_retries() -> None:
    source = inspect.getsource(Huey._execute)
    assert source.index("_run_post_execute(task, task_value, exception)") < (
        source.index("self._requeue_task(")
    )


def test_extra_words_of_a_task_become_attributes_of_its_class() -> None:
    lane_huey = LaneHuey.__mro__[1]("x", storage_class=LaneStorage, results=False)
    wrapper = lane_huey.task(name="n", job_tries=7)(lambda: None)
    assert isinstance(wrapper, TaskWrapper)
    assert issubclass(wrapper.task_class, Task)
    assert wrapper.task_class.job_tries == 7
    assert wrapper.task_class.__name__ == "n"


def test_a_crontab_job_is_a_periodic_task() -> None:
    assert issubclass(PeriodicTask, Task)


def test_the_consumer_keeps_the_names_we_use() -> None:
    source = inspect.getsource(Consumer)
    for name in ("self.stop_flag", "self.worker_threads ", "self.huey "):
        assert name in source
    assert issubclass(LaneConsumer, Consumer)


def test_the_consumer_keeps_workers_of_our_class_with_their_threads() -> None:
    assert "self.worker_class(" in inspect.getsource(Consumer._create_worker)
    assert LaneConsumer.worker_class is LaneWorker
    made = inspect.getsource(Consumer.__init__)
    assert "self.worker_threads.append((worker, process))" in made
    assert "self._join_workers()" in inspect.getsource(Consumer.stop)


def test_a_worker_that_asks_to_be_recycled_ends_its_thread_without_a_word() -> None:
    source = inspect.getsource(Consumer._create_process)
    assert "except WorkerRecycle:" in source
    assert issubclass(WorkerRecycle, Exception)


def test_the_threads_are_daemons_so_a_hanging_one_keeps_no_process_alive() -> None:
    assert "t.daemon = True" in inspect.getsource(ThreadEnvironment.create_process)


def test_the_main_loop_ends_by_the_stop_flag_and_run_returns_to_us() -> None:
    assert "self.stop_flag.wait(" in inspect.getsource(Consumer.loop)
    assert "raise ConsumerStopped" in inspect.getsource(Consumer.loop)
    assert "except ConsumerStopped:" in inspect.getsource(Consumer.run)
