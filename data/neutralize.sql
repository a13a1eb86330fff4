-- A copy of a database must not send what the original has still to send.
UPDATE mailing_trace
   SET trace_status = 'cancel'
 WHERE token IS NOT NULL
   AND trace_status IN ('outgoing', 'process');
DELETE FROM campaign_sending_lease;
-- What was scheduled or under way in the original waits for a person here.
UPDATE mailing_mailing
   SET state = 'draft'
 WHERE delivery_engine = 'desk'
   AND state IN ('in_queue', 'sending');
