\set ON_ERROR_STOP on
-- Installs the game database into the current one:  psql --single-transaction -f install.sql
-- `playtrace gamedb install URL` runs the same files in the same order.

\ir tables/01_roles_and_schemas.sql
\ir tables/02_schema_version.sql
\ir tables/03_game.sql
\ir tables/04_region.sql
\ir tables/05_client_build.sql
\ir tables/06_event_type.sql
\ir tables/07_player.sql
\ir tables/08_device.sql
\ir tables/09_session.sql
\ir tables/10_game_event.sql
\ir tables/11_purchase.sql
\ir tables/12_achievement.sql
\ir tables/13_anti_cheat.sql
\ir tables/14_audit_log.sql
\ir tables/15_not_taken.sql
\ir tables/16_mirror_position.sql
\ir tables/17_partitions.sql
\ir tables/18_sent_event.sql
\ir tables/19_default_rules.sql
\ir constraints/01_keys.sql
\ir constraints/02_references.sql
\ir constraints/03_checks.sql
\ir indexes/01_game_event.sql
\ir indexes/02_others.sql
\ir procedures/01_reading.sql
\ir procedures/02_writing.sql
\ir procedures/03_ingest_events.sql
\ir procedures/04_flags.sql
\ir procedures/05_game_servers.sql
\ir procedures/06_reviewing.sql
\ir procedures/07_partitions.sql
\ir procedures/08_mirrors.sql
\ir triggers/01_append_only.sql
\ir triggers/02_references.sql
\ir triggers/03_audit.sql
\ir triggers/04_sessions.sql
\ir triggers/05_players.sql
\ir triggers/06_purchases.sql
\ir triggers/07_achievements.sql
\ir triggers/08_gains.sql
\ir triggers/09_movement.sql
\ir triggers/10_results.sql
\ir procedures/09_rights.sql
\ir recorded.sql
