-- Of what is left of a session in which somebody took part who is erased, sessions are made as of new events.

CREATE OR REPLACE TRIGGER event_left_20_sessions AFTER INSERT ON game.event_left
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.roll_sessions_forward();
