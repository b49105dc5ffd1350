"""Player stats and leaderboards that are kept up to date as events come, in a table of DynamoDB."""
