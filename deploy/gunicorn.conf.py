"""The web process in production. WEB_CONCURRENCY sets the number of processes."""

import os

bind = "0.0.0.0:8000"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 60
graceful_timeout = 30
max_requests, max_requests_jitter = 2_000, 200  # a slow leak never grows old
worker_tmp_dir = "/dev/shm"  # the heartbeat file must not wait for a disk
accesslog = "-"
# No query string: searches and filters may hold what should not be in a log.
access_log_format = '%(t)s %({x-forwarded-for}i)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
