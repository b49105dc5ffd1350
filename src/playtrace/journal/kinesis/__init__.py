"""Amazon Kinesis as a broker of the journal: `kinesis://stream?region=…&endpoint=…`

Credentials come by the usual ways of AWS: the environment, a profile, a role. Options: `region`, unless the environment
says it; `endpoint`, for one inside a network of one's own; `partitions`, the shards of a stream that is not there yet,
which else has as many as it needs (on demand).

A record has the game as its key, which says in what shard it is: so what is of one game stays in order when shards are
split and merged. Kinesis promises no order within a call, and takes some records of a call and refuses others. So a
call has one record of a game, at most, and the next one of it goes when that one is there. Sent again is what was
surely not taken; where nobody knows, the client is told to come again, and its event ids count once.

A shard is a partition, with its number. Numbers of records have gaps, so they tell no loss; what Kinesis removes is
old, and when everything was here last is written down (`Arrivals.note_whole`).
"""
