-- Who may do what, per database role; `manage.py grants` applies it after each migration, in one transaction.
-- Least first: a table or column that is not named here is out of reach, also when it is new.
-- tests/deploy/test_grants.py holds it against the code, and docs/security.md says what it is good for.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, undersigned_public, undersigned_admin, undersigned_worker;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, undersigned_public, undersigned_admin, undersigned_worker;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO undersigned_public, undersigned_admin, undersigned_worker;

-- --- Public: the pages, the form, and the signatory's own page -----------------------------------------------------
-- It reads what is published. It writes envelopes (identity, mailbox) and erases them, but reads none back, nor
-- `nonce`, from which the links are made, `network_tag` and `domain_class`. It deletes nothing.
GRANT SELECT ON
    campaign_article, campaign_articleedition, campaign_petition, campaign_petitionedition, campaign_update,
    campaign_petitionlog, campaign_tally, campaign_publicversion, campaign_mailqueue, campaign_riskyprovider,
    campaign_erasurejournal, campaign_goalmeaning,
    django_migrations
    TO undersigned_public;
GRANT UPDATE (first_signed_at) ON campaign_petitionedition TO undersigned_public;

GRANT INSERT ON campaign_signatory TO undersigned_public;
GRANT SELECT (
    id, petition_id, edition_id, state, visibility, wants_updates, country, email_digest, gate_link, words_digest,
    words_differ, token_hash, public_name, name_state, name_number, commitment, stub, entry_index, amended_at,
    signed_at, confirmed_at, ended_at, erased_at, journaled
) ON campaign_signatory TO undersigned_public;
GRANT UPDATE (
    state, visibility, wants_updates, country, identity, mailbox, email_digest, gate_link, words_digest, words_differ,
    nonce, public_name, name_state, name_number, network_tag, domain_class, commitment, stub, amended_at, confirmed_at,
    ended_at, erased_at
) ON campaign_signatory TO undersigned_public;
-- What columns cannot say: what it adds is pending and has no link yet; it changes a row for nobody but who shows the
-- row's own link, which it cannot make, and only news can be ended without; it takes names off the page and puts none there.
CREATE OR REPLACE FUNCTION public_pages_may_not() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'The public pages may not do this.' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE OR REPLACE TRIGGER signatory_public_pages_add_pending_ones BEFORE INSERT ON campaign_signatory FOR EACH ROW
    WHEN (
        current_user = 'undersigned_public' AND (
            NEW.state <> 'pending' OR NEW.token_hash IS NOT NULL OR NEW.entry_index IS NOT NULL
            OR NEW.public_name IS NOT NULL OR NEW.name_state <> ''
        )
    ) EXECUTE FUNCTION public_pages_may_not();
CREATE OR REPLACE TRIGGER signatory_public_pages_are_shown_a_link
    BEFORE UPDATE OF state, visibility, country, identity, email_digest, gate_link, words_digest, nonce, public_name,
        name_state, name_number, network_tag, domain_class, commitment, stub, amended_at, confirmed_at, ended_at, erased_at
    ON campaign_signatory FOR EACH ROW
    WHEN (
        current_user = 'undersigned_public'
        AND (sha256(convert_to(current_setting('undersigned.link', TRUE), 'UTF8')) = OLD.token_hash) IS NOT TRUE
    ) EXECUTE FUNCTION public_pages_may_not();
CREATE OR REPLACE TRIGGER signatory_public_pages_only_end_news
    BEFORE UPDATE OF wants_updates, mailbox ON campaign_signatory FOR EACH ROW
    WHEN (
        current_user = 'undersigned_public' AND (NEW.wants_updates OR NEW.mailbox IS NOT NULL)
        AND (sha256(convert_to(current_setting('undersigned.link', TRUE), 'UTF8')) = OLD.token_hash) IS NOT TRUE
    ) EXECUTE FUNCTION public_pages_may_not();
CREATE OR REPLACE TRIGGER signatory_public_pages_show_no_name
    BEFORE UPDATE OF public_name, name_state, name_number ON campaign_signatory FOR EACH ROW
    WHEN (
        current_user = 'undersigned_public' AND (
            (NEW.public_name IS NOT NULL AND NEW.public_name IS DISTINCT FROM OLD.public_name)
            OR (NEW.name_number IS NOT NULL AND NEW.name_number IS DISTINCT FROM OLD.name_number)
            OR (NEW.name_state <> OLD.name_state AND NEW.name_state <> '')
        )
    ) EXECUTE FUNCTION public_pages_may_not();

GRANT INSERT ON campaign_outgoingmail TO undersigned_public;
GRANT SELECT (id, signatory_id, state, due_at) ON campaign_outgoingmail TO undersigned_public;
GRANT UPDATE (state, mailbox, network_tag, finished_at) ON campaign_outgoingmail TO undersigned_public;

-- A signatory's wish for a receipt, and what lies there for her, which her link alone opens. A trigger deletes it.
GRANT INSERT, SELECT ON campaign_receipt TO undersigned_public;

-- Which proofs of work were taken.
GRANT INSERT, SELECT ON campaign_spentproof TO undersigned_public;

-- "This was not me" is noted whether or not the address was mailed before; what else the gate knows stays unread.
GRANT INSERT ON campaign_mailgate TO undersigned_public;
GRANT SELECT (digest, refused_at), UPDATE (refused_at) ON campaign_mailgate TO undersigned_public;

-- The record of deliveries, and the addressee's own page, which acknowledges.
GRANT SELECT (
    id, petition_id, kind, number, addressee_id, state, as_of, built_at, row_count, is_self_approved, manifest_digest,
    entry_index, link_hash
), UPDATE (state) ON campaign_delivery TO undersigned_public;
GRANT SELECT (id, name) ON campaign_addressee TO undersigned_public;
GRANT SELECT, UPDATE (acknowledged_at) ON campaign_handover TO undersigned_public;
GRANT SELECT ON campaign_strikingnotice TO undersigned_public;

-- --- Admin: editing, moderating, exporting -------------------------------------------------------------------------
-- Decisions and access records are added to, never changed. Staff who leave are switched off, not deleted.
GRANT SELECT, INSERT, UPDATE, DELETE ON
    campaign_article, campaign_articleedition, campaign_petition, campaign_petitionedition, campaign_update,
    campaign_goalmeaning, campaign_listedword, campaign_riskyprovider, django_session
    TO undersigned_admin;
GRANT SELECT, INSERT, UPDATE ON campaign_mailing TO undersigned_admin;
GRANT SELECT, INSERT, UPDATE ON
    campaign_delivery, campaign_addressee, campaign_handover, campaign_bulkdecision, auth_user, auth_group
    TO undersigned_admin;
GRANT SELECT, UPDATE ON campaign_strikingnotice TO undersigned_admin;
GRANT SELECT, DELETE ON campaign_deliveredslice TO undersigned_admin;
GRANT SELECT, INSERT, DELETE ON
    auth_user_groups, auth_user_user_permissions, auth_group_permissions
    TO undersigned_admin;
GRANT SELECT, INSERT ON campaign_decision, campaign_accessrecord, campaign_notice, django_admin_log TO undersigned_admin;
GRANT SELECT, INSERT ON campaign_accessreview TO undersigned_admin;
GRANT SELECT ON
    auth_permission, django_content_type, django_migrations, campaign_tally, campaign_petitionlog, campaign_logentry,
    campaign_erasurejournal
    TO undersigned_admin;
GRANT SELECT, UPDATE ON campaign_publicversion, campaign_mailqueue TO undersigned_admin;
GRANT UPDATE (seen_at) ON campaign_notice TO undersigned_admin;
GRANT SELECT ON campaign_signatory, campaign_outgoingmail TO undersigned_admin;
GRANT UPDATE (state, confirmed_at, ended_at, public_name, name_state, name_number) ON campaign_signatory TO undersigned_admin;
GRANT UPDATE (state, attempts, failure, due_at, claimed_at, claim, finished_at) ON campaign_outgoingmail TO undersigned_admin;
-- django-allauth keeps second factors. It looks for addresses of staff, of which there are none, and leaves
-- account_emailconfirmation alone.
GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_authenticator TO undersigned_admin;
GRANT SELECT ON account_emailaddress TO undersigned_admin;

-- --- Worker: mails, counts, exports, forgetting --------------------------------------------------------------------
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_mailgate TO undersigned_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_outgoingmail TO undersigned_worker;
GRANT SELECT, DELETE ON campaign_spentproof TO undersigned_worker;
GRANT SELECT, UPDATE ON
    campaign_delivery, campaign_bulkdecision, campaign_mailqueue, campaign_publicversion, campaign_erasurejournal,
    campaign_mailing
    TO undersigned_worker;
GRANT SELECT ON campaign_update TO undersigned_worker;
GRANT SELECT, INSERT ON
    campaign_decision, campaign_notice, campaign_deliveredslice, campaign_strikingnotice
    TO undersigned_worker;
GRANT SELECT ON campaign_addressee TO undersigned_worker;
GRANT SELECT, UPDATE (sealed, failed), DELETE ON campaign_receipt TO undersigned_worker;
-- The log is added to; a trigger refuses whoever might change it all the same.
GRANT SELECT, INSERT ON campaign_logentry TO undersigned_worker;
GRANT SELECT, INSERT, UPDATE ON campaign_petitionlog TO undersigned_worker;
GRANT SELECT, INSERT, UPDATE ON campaign_tally TO undersigned_worker;
GRANT SELECT ON campaign_petition, campaign_petitionedition, campaign_signatory, django_migrations TO undersigned_worker;
GRANT UPDATE (
    state, opens_at, closed_at, signature_count, counted_until, digest_salt, destroyed_at
) ON campaign_petition TO undersigned_worker;
GRANT UPDATE (
    state, wants_updates, country, identity, mailbox, email_digest, gate_link, words_digest, words_differ, nonce,
    token_hash, public_name, name_state, name_number, network_tag, domain_class, commitment, stub, entry_index,
    amended_at, confirmed_at, ended_at, erased_at, journaled
) ON campaign_signatory TO undersigned_worker;
-- The oldest access records go; a trigger keeps all that are younger than three years.
GRANT SELECT (id, created_at), DELETE ON campaign_accessrecord TO undersigned_worker;
