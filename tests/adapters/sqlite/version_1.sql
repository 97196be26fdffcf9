-- A store as schema version 1 wrote it. Never edit: it is what operators have on their disks.
PRAGMA application_id = 1463898692;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE alerts(
  alert TEXT PRIMARY KEY, number INTEGER NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL,
  community TEXT NOT NULL, state TEXT NOT NULL, level INTEGER NOT NULL, first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "alerts" VALUES('LK-01:leak-1:1',1,'LK-01','leak-1','sunrise','firing',1,1764000000001,1764000000001,'{"type":"alert_changed","key":"LK-01:leak-1:1/1","transition":{"alert":"LK-01:leak-1:1","number":1,"rule":"LK-01","subject":"leak-1","community":"sunrise","before":"pending","after":"firing","cause":"reached","level":1,"opened_at":1764000000000,"reading_at":1764000000000,"decided_at":1764000000001,"evidence":"leak","rules_hash":"rules-1","late":false},"rule_name":{"zh":"漏水","en":"Leak"}}');
CREATE TABLE checkpoints(
  scope TEXT PRIMARY KEY, offset INTEGER NOT NULL, now INTEGER NOT NULL, rules_hash TEXT NOT NULL,
  state BLOB NOT NULL);
INSERT INTO "checkpoints" VALUES('sunrise',2,1764000002000,'rules-1',X'28B52FFD20129100007374617465206F662076657273696F6E2031');
CREATE TABLE configurations(
  rules_hash TEXT PRIMARY KEY, now INTEGER NOT NULL, author TEXT NOT NULL, sources BLOB NOT NULL);
CREATE TABLE counts(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "counts" VALUES('received',3);
INSERT INTO "counts" VALUES('stored',3);
CREATE TABLE cursors(sink TEXT PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "cursors" VALUES('influx',1);
CREATE TABLE dead_letters(
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, reason TEXT NOT NULL, topic TEXT NOT NULL,
  payload BLOB NOT NULL, size INTEGER NOT NULL, detail TEXT NOT NULL, device TEXT, arrived INTEGER NOT NULL,
  offset INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting');
CREATE TABLE disposition_steps(
  step INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, command_id TEXT NOT NULL, at INTEGER NOT NULL,
  offset INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE dispositions(
  command_id TEXT PRIMARY KEY, state TEXT NOT NULL, alert TEXT NOT NULL, device TEXT NOT NULL,
  community TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal(
  offset INTEGER PRIMARY KEY AUTOINCREMENT, now INTEGER NOT NULL, first_at INTEGER, last_at INTEGER,
  readings INTEGER NOT NULL, rules_hash TEXT NOT NULL, block BLOB NOT NULL);
INSERT INTO "journal" VALUES(1,1764000001000,1764000001000,1764000001000,1,'rules-1',X'28B52FFD2034A101009197A172A66C65616B2D31CF0000019AB697EBE8CF0000019AB697EC1082A46C65616BC2A4666C6F77CB3FF00000000000000007');
INSERT INTO "journal" VALUES(2,1764000002000,1764000002000,1764000002000,1,'rules-1',X'28B52FFD2034A101009197A172A66C65616B2D32CF0000019AB697EFD0CF0000019AB697EFF882A46C65616BC3A4666C6F77CB40000000000000000007');
INSERT INTO "journal" VALUES(3,1764000003000,1764000003000,1764000003000,1,'rules-1',X'28B52FFD2034A101009197A172A66C65616B2D33CF0000019AB697F3B8CF0000019AB697F3E082A46C65616BC2A4666C6F77CB40080000000000000007');
CREATE TABLE order_refusals(
  key TEXT PRIMARY KEY, id TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, offset INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE order_steps(
  id TEXT NOT NULL, number INTEGER NOT NULL, changed_at INTEGER NOT NULL, offset INTEGER NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY(id, number)) WITHOUT ROWID;
CREATE TABLE orders(
  id TEXT PRIMARY KEY, number INTEGER NOT NULL, state TEXT NOT NULL, alert TEXT NOT NULL, subject TEXT NOT NULL,
  community TEXT NOT NULL, level INTEGER NOT NULL, changed_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, tag TEXT NOT NULL,
  effect TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, offset INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting', error TEXT NOT NULL DEFAULT '', settled_at INTEGER);
INSERT INTO "outbox" VALUES(1,'LK-01:leak-1:1/1','sunrise','alert_changed','{"type":"alert_changed","key":"LK-01:leak-1:1/1","transition":{"alert":"LK-01:leak-1:1","number":1,"rule":"LK-01","subject":"leak-1","community":"sunrise","before":"pending","after":"firing","cause":"reached","level":1,"opened_at":1764000000000,"reading_at":1764000000000,"decided_at":1764000000001,"evidence":"leak","rules_hash":"rules-1","late":false},"rule_name":{"zh":"漏水","en":"Leak"}}',0,1764000000000,2,'waiting','',NULL);
CREATE TABLE transitions(
  alert TEXT NOT NULL, number INTEGER NOT NULL, decided_at INTEGER NOT NULL, offset INTEGER NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY(alert, number)) WITHOUT ROWID;
INSERT INTO "transitions" VALUES('LK-01:leak-1:1',1,1764000000001,2,'{"type":"alert_changed","key":"LK-01:leak-1:1/1","transition":{"alert":"LK-01:leak-1:1","number":1,"rule":"LK-01","subject":"leak-1","community":"sunrise","before":"pending","after":"firing","cause":"reached","level":1,"opened_at":1764000000000,"reading_at":1764000000000,"decided_at":1764000000001,"evidence":"leak","rules_hash":"rules-1","late":false},"rule_name":{"zh":"漏水","en":"Leak"}}');
CREATE INDEX journal_time ON journal(last_at, first_at);
CREATE INDEX outbox_waiting ON outbox(sequence) WHERE state = 'waiting';
CREATE INDEX alerts_time ON alerts(last_at);
CREATE INDEX orders_alert ON orders(alert);
CREATE INDEX orders_time ON orders(changed_at);
CREATE INDEX dispositions_time ON dispositions(last_at);
CREATE INDEX disposition_steps_command ON disposition_steps(command_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('journal',3);
INSERT INTO "sqlite_sequence" VALUES('outbox',1);
COMMIT;
