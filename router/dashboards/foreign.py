"""Metrics that are not ours and that dashboards read: RabbitMQ's, the process's, Prometheus' own.

Only what RabbitMQ 3.10 and 4.x both have.
"""

from __future__ import annotations

from router.metrics.metric import Metric


def _of(name: str, kind: str, unit: str, labels: tuple[str, ...], *said: str) -> Metric:
    help_, help_zh, rise, rise_zh = said
    return Metric(
        name=name,
        kind=kind,
        unit=unit,
        help=help_,
        help_zh=help_zh,
        rise=rise,
        rise_zh=rise_zh,
        labels=dict.fromkeys(labels, ()),
    )


_QUEUE = ("queue", "vhost")

QUEUE_READY = _of(
    "rabbitmq_detailed_queue_messages_ready", "gauge", "messages", _QUEUE,
    "Messages that wait in the queue.",
    "队列中待取的消息数。",
    "Whoever reads the queue does not keep up, or is away.",
    "读取方跟不上或不在。",
)  # fmt: skip
QUEUE_UNACKED = _of(
    "rabbitmq_detailed_queue_messages_unacked", "gauge", "messages", _QUEUE,
    "Messages delivered and not acknowledged.",
    "已取走而未确认的消息数。",
    "Whoever reads the queue is busy, or hangs.",
    "读取方在忙，或卡住了。",
)  # fmt: skip
QUEUE_CONSUMERS = _of(
    "rabbitmq_detailed_queue_consumers", "gauge", "consumers", _QUEUE,
    "Programs that read the queue.",
    "读取该队列的程序数。",
    "More read it. At 0 nobody does.",
    "读取者增多；为 0 则无人读取。",
)  # fmt: skip
READY = _of(
    "rabbitmq_queue_messages_ready", "gauge", "messages", (),
    "Messages that wait in all queues.",
    "所有队列中待取的消息数。",
    "More waits than is taken.",
    "积压增多。",
)  # fmt: skip
UNACKED = _of(
    "rabbitmq_queue_messages_unacked", "gauge", "messages", (),
    "Messages delivered and not acknowledged, in all queues.",
    "所有队列中已取走而未确认的消息数。",
    "Consumers are busy, or hang.",
    "消费者在忙，或卡住了。",
)  # fmt: skip
CONNECTIONS = _of(
    "rabbitmq_connections", "gauge", "connections", (),
    "Open connections.",
    "打开的连接数。",
    "More programs are connected, or one does not close what it opens.",
    "接入的程序增多，或有程序只开不关。",
)  # fmt: skip
CHANNELS = _of(
    "rabbitmq_channels", "gauge", "channels", (),
    "Open channels.",
    "打开的信道数。",
    "As with connections.",
    "同连接数。",
)  # fmt: skip
RECEIVED = _of(
    "rabbitmq_global_messages_received_total", "counter", "messages", ("protocol",),
    "Messages that publishers brought.",
    "发布方送来的消息数。",
    "More is published.",
    "发布增多。",
)  # fmt: skip
CONFIRMED = _of(
    "rabbitmq_global_messages_confirmed_total", "counter", "messages", ("protocol",),
    "Messages that the broker confirmed to publishers.",
    "消息队列向发布方确认的消息数。",
    "It follows what is received; if it stays behind, disks or replicas are slow.",
    "应与收到数一致；落后则磁盘或副本慢。",
)  # fmt: skip
ACKNOWLEDGED = _of(
    "rabbitmq_global_messages_acknowledged_total", "counter", "messages", ("protocol", "queue_type"),
    "Messages that consumers acknowledged.",
    "消费者确认的消息数。",
    "More is done.",
    "处理增多。",
)  # fmt: skip
REDELIVERED = _of(
    "rabbitmq_global_messages_redelivered_total", "counter", "messages", ("protocol", "queue_type"),
    "Messages delivered again: a consumer went away before it acknowledged.",
    "重复投递的消息数：消费者未确认即离开。",
    "Consumers crash or lose their connection.",
    "消费者崩溃或断线。",
)  # fmt: skip
UNROUTABLE = _of(
    "rabbitmq_global_messages_unroutable_returned_total", "counter", "messages", ("protocol",),
    "Messages that no queue was bound for and that went back to their publisher.",
    "没有队列可投、退回发布方的消息数。",
    "A desk's queue is missing: `topology plan`.",
    "有单位的队列缺失：见 topology plan。",
)  # fmt: skip
MEMORY = _of(
    "rabbitmq_process_resident_memory_bytes", "gauge", "bytes", (),
    "Memory of the broker.",
    "消息队列占用的内存。",
    "At the limit it stops all publishers.",
    "到达上限即阻断所有发布方。",
)  # fmt: skip
MEMORY_LIMIT = _of(
    "rabbitmq_resident_memory_limit_bytes", "gauge", "bytes", (),
    "Memory from which the broker blocks publishers.",
    "阻断发布方的内存上限。",
    "The limit was raised.",
    "上限被调高。",
)  # fmt: skip
DISK = _of(
    "rabbitmq_disk_space_available_bytes", "gauge", "bytes", (),
    "Free space on the broker's disk.",
    "消息队列磁盘剩余空间。",
    "A rise is good.",
    "上升为好。",
)  # fmt: skip
DISK_LIMIT = _of(
    "rabbitmq_disk_space_available_limit_bytes", "gauge", "bytes", (),
    "Free space below which the broker blocks publishers.",
    "阻断发布方的剩余空间下限。",
    "The limit was raised.",
    "下限被调高。",
)  # fmt: skip
ALARM_MEMORY = _of(
    "rabbitmq_alarms_memory_used_watermark", "gauge", "", (),
    "1 while the memory alarm is on: publishers are blocked.",
    "1 为内存告警：发布方被阻断。",
    "The broker takes nothing more.",
    "消息队列不再接收。",
)  # fmt: skip
ALARM_DISK = _of(
    "rabbitmq_alarms_free_disk_space_watermark", "gauge", "", (),
    "1 while the disk alarm is on: publishers are blocked.",
    "1 为磁盘告警：发布方被阻断。",
    "The broker takes nothing more.",
    "消息队列不再接收。",
)  # fmt: skip
FILES = _of(
    "rabbitmq_process_open_fds", "gauge", "files", (),
    "Open files of the broker, connections included.",
    "消息队列打开的文件数，含连接。",
    "At the limit it takes no connection.",
    "到达上限即不再接受连接。",
)  # fmt: skip
FILES_LIMIT = _of(
    "rabbitmq_process_max_fds", "gauge", "files", (),
    "How many it may open.",
    "可打开的上限。",
    "The limit was raised.",
    "上限被调高。",
)  # fmt: skip
PROCESS_MEMORY = _of(
    "process_resident_memory_bytes", "gauge", "bytes", ("job", "instance"),
    "Memory of a process of case-router.",
    "case-router 各进程占用的内存。",
    "A steady rise is a leak.",
    "持续上升为泄漏。",
)  # fmt: skip
PROCESS_CPU = _of(
    "process_cpu_seconds_total", "counter", "seconds", ("job", "instance"),
    "Processor time of a process of case-router.",
    "case-router 各进程占用的处理器时间。",
    "At 1 second a second a process has one core in full use: start another.",
    "每秒达 1 秒即占满一核：可再启动一个进程。",
)  # fmt: skip
PROCESS_FILES = _of(
    "process_open_fds", "gauge", "files", ("job", "instance"),
    "Open files of a process of case-router.",
    "case-router 各进程打开的文件数。",
    "A steady rise is a leak.",
    "持续上升为泄漏。",
)  # fmt: skip
UP = _of(
    "up", "gauge", "", ("job", "instance"),
    "1 where Prometheus could read the metrics of a process.",
    "1 为 Prometheus 能读到该进程的指标。",
    "The process answers again.",
    "进程恢复应答。",
)  # fmt: skip

ALERTS = _of(
    "ALERTS", "gauge", "", ("alertname", "severity", "alertstate", "system"),
    "1 for every alert of deploy/prometheus/rules that is pending or firing.",
    "deploy/prometheus/rules 中每条待定或触发的告警为 1。",
    "Somebody has to look: the runbook has a section for each.",
    "需要有人查看：处置手册里每条都有一节。",
)  # fmt: skip

FOREIGN = (
    QUEUE_READY, QUEUE_UNACKED, QUEUE_CONSUMERS, READY, UNACKED, CONNECTIONS, CHANNELS, RECEIVED, CONFIRMED,
    ACKNOWLEDGED, REDELIVERED, UNROUTABLE, MEMORY, MEMORY_LIMIT, DISK, DISK_LIMIT, ALARM_MEMORY, ALARM_DISK, FILES,
    FILES_LIMIT, PROCESS_MEMORY, PROCESS_CPU, PROCESS_FILES, UP, ALERTS,
)  # fmt: skip
