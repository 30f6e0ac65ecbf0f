-- Who may do what, per database role; `manage.py grants` applies it after each migration, in one transaction.
-- Least first: a table or column that is not named here is out of reach, also when it is new.
-- tests/deploy/test_grants.py holds it against the code, and docs/security.md says what it is good for.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, undersigned_public, undersigned_admin, undersigned_worker;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, undersigned_public, undersigned_admin, undersigned_worker;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO undersigned_public, undersigned_admin, undersigned_worker;

-- --- Public: the pages, the form, and the signatory's own page -----------------------------------------------------
-- It reads what is published. It writes envelopes (identity, mailbox) and erases them, but reads none back; `nonce`,
-- from which the links are made, neither. It deletes nothing.
GRANT SELECT ON
    campaign_article, campaign_articleedition, campaign_petition, campaign_petitionedition, campaign_update,
    campaign_publicversion, campaign_mailqueue, django_migrations
    TO undersigned_public;
GRANT UPDATE (first_signed_at) ON campaign_petitionedition TO undersigned_public;

GRANT INSERT ON campaign_signatory TO undersigned_public;
GRANT SELECT (
    id, petition_id, edition_id, state, visibility, wants_updates, country, email_digest, gate_link, words_digest,
    words_differ, token_hash, public_name, counted, signed_at, confirmed_at, ended_at, erased_at
) ON campaign_signatory TO undersigned_public;
GRANT UPDATE (
    state, visibility, wants_updates, country, identity, mailbox, email_digest, gate_link, words_digest, words_differ,
    nonce, public_name, confirmed_at, ended_at, erased_at
) ON campaign_signatory TO undersigned_public;

GRANT INSERT ON campaign_outgoingmail TO undersigned_public;
GRANT SELECT (id, signatory_id, state, due_at) ON campaign_outgoingmail TO undersigned_public;
GRANT UPDATE (state, mailbox, finished_at) ON campaign_outgoingmail TO undersigned_public;

-- "This was not me" is noted whether or not the address was mailed before; what else the gate knows stays unread.
GRANT INSERT ON campaign_mailgate TO undersigned_public;
GRANT SELECT (digest, refused_at), UPDATE (refused_at) ON campaign_mailgate TO undersigned_public;

-- --- Admin: editing, moderating, exporting -------------------------------------------------------------------------
-- Decisions and access records are added to, never changed. Staff who leave are switched off, not deleted.
GRANT SELECT, INSERT, UPDATE, DELETE ON
    campaign_article, campaign_articleedition, campaign_petition, campaign_petitionedition, campaign_update,
    django_session
    TO undersigned_admin;
GRANT SELECT, INSERT, UPDATE ON campaign_delivery, campaign_bulkdecision, auth_user, auth_group TO undersigned_admin;
GRANT SELECT, INSERT, DELETE ON
    auth_user_groups, auth_user_user_permissions, auth_group_permissions
    TO undersigned_admin;
GRANT SELECT, INSERT ON campaign_decision, campaign_accessrecord, campaign_notice, django_admin_log TO undersigned_admin;
GRANT SELECT ON auth_permission, django_content_type, django_migrations TO undersigned_admin;
GRANT SELECT, UPDATE ON campaign_publicversion, campaign_mailqueue TO undersigned_admin;
GRANT UPDATE (seen_at) ON campaign_notice TO undersigned_admin;
GRANT SELECT ON campaign_signatory, campaign_outgoingmail TO undersigned_admin;
GRANT UPDATE (state, confirmed_at, ended_at, public_name) ON campaign_signatory TO undersigned_admin;
GRANT UPDATE (state, attempts, failure, due_at, claimed_at, claim, finished_at) ON campaign_outgoingmail TO undersigned_admin;

-- --- Worker: mails, counts, exports, forgetting --------------------------------------------------------------------
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_mailgate TO undersigned_worker;
GRANT SELECT, UPDATE, DELETE ON campaign_outgoingmail TO undersigned_worker;
GRANT SELECT, UPDATE ON
    campaign_delivery, campaign_bulkdecision, campaign_mailqueue, campaign_publicversion
    TO undersigned_worker;
GRANT SELECT, INSERT ON campaign_decision, campaign_notice TO undersigned_worker;
GRANT SELECT ON campaign_petition, campaign_petitionedition, campaign_signatory, django_migrations TO undersigned_worker;
GRANT UPDATE (
    state, opens_at, closed_at, signature_count, counted_until, digest_salt, destroyed_at
) ON campaign_petition TO undersigned_worker;
GRANT UPDATE (
    state, wants_updates, country, identity, mailbox, email_digest, gate_link, words_digest, words_differ, nonce,
    token_hash, public_name, counted, confirmed_at, ended_at, erased_at
) ON campaign_signatory TO undersigned_worker;
