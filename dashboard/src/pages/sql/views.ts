/** The views that statements read, with their columns: what the editor completes. They stay from version to version (docs/sql.md), and a test compares them. */
export const VIEWS: Record<string, string[]> = {
  events: ['game_id', 'event_id', 'name', 'time', 'client_time', 'received_at', 'seq', 'mono_ms', 'player_id', 'sent_player_id', 'session_id', 'device_id', 'env', 'platform', 'os', 'version', 'build', 'country', 'region', 'severity', 'source', 'match_id', 'level', 'map', 'x', 'y', 'z', 'value', 'currency', 'props'],
  sessions: ['game_id', 'env', 'session_id', 'player_id', 'started_at', 'ended_at', 'length_s', 'events', 'crashes', 'platform', 'version', 'country'],
  players: ['game_id', 'env', 'player_id', 'first_seen', 'last_seen', 'active_days', 'first_platform', 'first_version', 'first_country'],
  player_days: ['game_id', 'env', 'day', 'player_id', 'active_quarters', 'first_seen', 'last_seen'],
  crashes: ['game_id', 'event_id', 'env', 'time', 'player_id', 'session_id', 'device_id', 'match_id', 'platform', 'os', 'version', 'build', 'country', 'level', 'map', 'x', 'y', 'z', 'title', 'exception', 'class', 'stack_trace'],
  purchases: ['game_id', 'env', 'time', 'player_id', 'session_id', 'match_id', 'level', 'map', 'platform', 'version', 'country', 'product', 'kind', 'price', 'currency', 'transaction_id', 'is_validated'],
  books: ['game_id', 'hour', 'outcome', 'reason', 'events'],
}
