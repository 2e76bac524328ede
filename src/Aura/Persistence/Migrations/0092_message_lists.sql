-- Lists of the built-in mailbox and of templates.
CREATE INDEX messages_mailbox ON messages (tenant_id, created_at, id) WHERE provider = 'mailbox';
CREATE INDEX message_templates_name ON message_templates (tenant_id, name, id);
CREATE INDEX message_templates_created ON message_templates (tenant_id, created_at, id);
