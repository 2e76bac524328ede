-- Failed jobs are kept, and some of them are tried again.
CREATE INDEX jobs_failed ON jobs (finished_at) WHERE state = 'failed';
