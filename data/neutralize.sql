-- A copy of a database must not send what the original has still to send; nor may
-- anything wait for an engine that is being removed. Who was not mailed has no row
-- then, so that a later Send, with either engine, reaches them.
DELETE FROM mailing_trace
 WHERE token IS NOT NULL
   AND trace_status = 'outgoing';
-- These may have been handed over.
UPDATE mailing_trace
   SET trace_status = 'error',
       failure_type = 'outcome_unknown'
 WHERE token IS NOT NULL
   AND trace_status = 'process';
DELETE FROM campaign_sending_lease;
-- What was scheduled or under way waits for a person.
UPDATE mailing_mailing
   SET state = 'draft'
 WHERE delivery_engine = 'desk'
   AND state IN ('in_queue', 'sending');
-- Nor does anything come back by itself.
UPDATE mailing_mailing
   SET uncertain_policy = 'keep'
 WHERE uncertain_policy = 'resend';
-- Replies are not shown to the service that the original asks.
UPDATE ir_config_parameter
   SET value = 'hybrid'
 WHERE key = 'campaign_desk.analysis_engine'
   AND value = 'http';
