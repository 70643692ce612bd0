-- The tables of one transition as the daemon makes it, and two functions: `step` does all of it, `simple_step` is the simple
-- transition that the figure to be reached was measured with. psql -v n=CASES
CREATE TABLE cases(id bigint PRIMARY KEY, state int NOT NULL, version bigint NOT NULL, updated timestamptz NOT NULL,
    data text NOT NULL) WITH (fillfactor = 70);
CREATE TABLE simple(id bigint PRIMARY KEY, state int NOT NULL, version bigint NOT NULL, updated timestamptz NOT NULL,
    data text NOT NULL);
CREATE TABLE events(number bigserial PRIMARY KEY, case_id bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(),
    data text NOT NULL);
CREATE TABLE notices(department int NOT NULL, position bigserial, event bigint NOT NULL, data text NOT NULL,
    PRIMARY KEY (department, position));
CREATE TABLE tasks(case_id bigint PRIMARY KEY, department int NOT NULL, due timestamptz NOT NULL, act text NOT NULL);
CREATE INDEX tasks_department ON tasks(department, due);
CREATE TABLE clocks(case_id bigint PRIMARY KEY, due timestamptz NOT NULL) WITH (fillfactor = 70);
CREATE INDEX clocks_due ON clocks(due);
-- ids that grow with time, as UUIDs of version 7 do
CREATE TABLE answers(principal bigint, command bigint, data text NOT NULL, PRIMARY KEY (principal, command));
ALTER TABLE cases ALTER data SET STORAGE PLAIN;
ALTER TABLE simple ALTER data SET STORAGE PLAIN;
ALTER TABLE events ALTER data SET STORAGE PLAIN;
INSERT INTO cases SELECT g, 0, 1, now(), repeat('c', 2370) FROM generate_series(1, :n) g;
INSERT INTO simple SELECT g, 0, 1, now(), repeat('c', 450) FROM generate_series(1, :n) g;
INSERT INTO tasks SELECT g, g % 40, now(), 'accept' FROM generate_series(1, :n) g;
INSERT INTO clocks SELECT g, now() FROM generate_series(1, :n) g;

CREATE FUNCTION step(cid bigint, who bigint, cmd bigint, tell boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE s int; e bigint;
BEGIN
    INSERT INTO answers VALUES (who, cmd, repeat('a', 290)) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN 0; END IF; -- it was answered before
    SELECT state INTO s FROM cases WHERE id = cid FOR UPDATE;
    IF NOT FOUND OR s NOT IN (0, 1) THEN RAISE EXCEPTION 'state'; END IF;
    UPDATE cases SET state = 1 - s, version = version + 1, updated = now(), data = repeat('d', 2370) WHERE id = cid;
    INSERT INTO events(case_id, data) VALUES (cid, repeat('e', 1530)) RETURNING number INTO e;
    INSERT INTO notices(department, event, data)
        VALUES (cid % 40, e, repeat('n', 320)), ((cid + 1) % 40, e, repeat('n', 320));
    DELETE FROM tasks WHERE case_id = cid;
    INSERT INTO tasks VALUES (cid, (cid + e) % 40, now() + interval '3 days', 'accept');
    UPDATE clocks SET due = now() + interval '15 days' WHERE case_id = cid;
    IF tell THEN
        PERFORM pg_notify('department_' || cid % 40, e::text);
        PERFORM pg_notify('department_' || (cid + 1) % 40, e::text);
    END IF;
    RETURN e;
END $$;

CREATE FUNCTION simple_step(cid bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE s int; e bigint;
BEGIN
    SELECT state INTO s FROM simple WHERE id = cid FOR UPDATE;
    IF NOT FOUND OR s NOT IN (0, 1) THEN RAISE EXCEPTION 'state'; END IF;
    UPDATE simple SET state = 1 - s, version = version + 1, updated = now() WHERE id = cid;
    INSERT INTO events(case_id, data) VALUES (cid, repeat('e', 200)) RETURNING number INTO e;
    RETURN e;
END $$;
