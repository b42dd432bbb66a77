"""What providers tell the box, each kept on disk before it is answered.

callbacks (prompts), paybill (paid by hand), results (reversals and questions),
delivery_reports (SMS); senders: where Safaricom's messages are expected from.
"""
