-- A store that version 0.1.0 wrote in the middle of a shift of its own sandbox.
PRAGMA application_id = 1229212741;
PRAGMA user_version = 3;
CREATE TABLE memory (
  agent_id TEXT PRIMARY KEY,
  -- 1: the last saved sweep saw the agent, so that its time is his, whatever the body says.
  current INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE standing (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- When the last saved sweep looked.
  sweep_at INTEGER,
  body TEXT
) STRICT;
CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  sweep_id TEXT,
  agent_id TEXT,
  agent_name TEXT,
  rule TEXT,
  measured INTEGER,
  limit_ms INTEGER,
  rung INTEGER,
  actions TEXT,
  reason TEXT,
  correlation_id TEXT,
  intent_id TEXT,
  delay INTEGER
) STRICT;
CREATE TABLE pruning (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT;
CREATE TABLE agent (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  profile TEXT,
  seen INTEGER NOT NULL
) STRICT;
CREATE TABLE lease (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  holder TEXT NOT NULL,
  until INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  boot TEXT NOT NULL
) STRICT;
CREATE TABLE pause (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  since INTEGER NOT NULL,
  until INTEGER,
  reason TEXT
) STRICT;
CREATE TABLE request (name TEXT PRIMARY KEY) STRICT;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE sweep_count (
  at INTEGER PRIMARY KEY,
  online INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  -- JSON, numbers by what held agents back; NULL when nobody was.
  deferred TEXT
) STRICT;
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  -- Its name: an address is a secret.
  channel TEXT NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (channel, key)
) STRICT;
INSERT INTO memory VALUES ('7059dec0-3e7d-427e-8bb0-a4af716b2710', 1, 1772474700000, '{"agentId":"7059dec0-3e7d-427e-8bb0-a4af716b2710","firstSeenAt":1772460000000,"seenAt":1772474700000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772468171953,"routingSince":1772474658498,"tokenAt":1772460366569,"tokenMoved":false,"engagedSince":1772474658498,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474658498},"clocks":{"sinceSign":1772474658498,"sinceWork":1772474610843,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('ff22f29c-fa69-4951-8223-15303119bc72', 1, 1772471640000, '{"agentId":"ff22f29c-fa69-4951-8223-15303119bc72","firstSeenAt":1772460000000,"seenAt":1772471640000,"state":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"},"presenceSince":1772471580000,"routingSince":1772467950567,"tokenAt":1772460623592,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"interaction","at":1772467950567},"clocks":{"sinceSign":1772467950567,"sinceWork":1772467950567,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772471580000,"by":"enforcer","quiet":false,"tokenAt":1772460623592,"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"ladder":{"cause":{"ruleId":"gone","clock":"since_sign","measured":3629433,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"rung":0,"active":true,"lastLogoffAt":1772471580000},"own":{"from":1772471580000,"to":1772471580000,"actions":["offline","revoke_tokens"],"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"tokenAt":1772460623592,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('1e8e95cc-f97d-4e1a-8a52-c495ee05b78b', 1, 1772474760000, '{"agentId":"1e8e95cc-f97d-4e1a-8a52-c495ee05b78b","firstSeenAt":1772460000000,"seenAt":1772474760000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772468297288,"routingSince":1772474717223,"tokenAt":1772460613701,"tokenMoved":false,"engagedSince":1772474717223,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474717223},"clocks":{"sinceSign":1772474717223,"sinceWork":1772474435234,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('a47a0df4-eb47-4309-8a3d-98205b2fe32f', 1, 1772474100000, '{"agentId":"a47a0df4-eb47-4309-8a3d-98205b2fe32f","firstSeenAt":1772460000000,"seenAt":1772474100000,"state":{"presence":"AWAY","presenceId":"8f8b5e1b-ff24-4163-8c22-699a4f588c89","routing":"OFF_QUEUE"},"presenceSince":1772474055808,"routingSince":1772469273171,"tokenAt":1772474055808,"tokenMoved":true,"enterpriseCall":false,"working":false,"lastSign":{"kind":"interaction","at":1772469273171},"clocks":{"sinceSign":1772469273171,"sinceWork":1772469273171,"inState":{},"unwatched":[{"from":1772472900000,"to":1772472936158},{"from":1772473020000,"to":1772473028291},{"from":1772473380000,"to":1772473402273},{"from":1772474040000,"to":1772474055808}]},"recent":[],"departure":{"at":1772474040000,"by":"enforcer","quiet":false,"tokenAt":1772473402273,"former":{"presence":"AWAY","presenceId":"8f8b5e1b-ff24-4163-8c22-699a4f588c89","routing":"OFF_QUEUE"}},"back":{"at":1772474055808,"delay":15808,"former":{"presence":"AWAY","presenceId":"8f8b5e1b-ff24-4163-8c22-699a4f588c89","routing":"OFF_QUEUE"},"tokenAt":1772474055808},"graceFrom":1772474055808,"ladder":{"cause":{"ruleId":"gone","clock":"since_sign","measured":3626829,"state":{"presence":"AWAY","presenceId":"8f8b5e1b-ff24-4163-8c22-699a4f588c89","routing":"OFF_QUEUE"}},"rung":3,"active":true,"returnedAt":1772474055808,"lastLogoffAt":1772474040000},"own":{"from":1772474040000,"to":1772474040000,"actions":["offline","revoke_tokens"],"former":{"presence":"AWAY","presenceId":"8f8b5e1b-ff24-4163-8c22-699a4f588c89","routing":"OFF_QUEUE"},"tokenAt":1772473402273,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('b791263c-4d93-4095-82a5-c08ac234c032', 1, 1772474640000, '{"agentId":"b791263c-4d93-4095-82a5-c08ac234c032","firstSeenAt":1772460000000,"seenAt":1772474640000,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"presenceSince":1772474624746,"routingSince":1772465555690,"tokenAt":1772474624746,"tokenMoved":true,"enterpriseCall":false,"working":false,"lastSign":{"kind":"login","at":1772471027744},"clocks":{"sinceSign":1772471027744,"sinceWork":1772471027744,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772474624746,"by":"platform","quiet":false,"tokenAt":1772472823946,"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"back":{"at":1772474624746,"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"tokenAt":1772474624746},"graceFrom":1772474624746,"ladder":{"cause":{"ruleId":"gone","clock":"since_sign","measured":3613019,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"rung":1,"active":false,"lastLogoffAt":1772469300000},"own":{"from":1772469300000,"to":1772469300000,"actions":["offline"],"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"tokenAt":1772469199591,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('0d0e95ed-7fd2-47fa-827d-d0a38c433976', 1, 1772471280000, '{"agentId":"0d0e95ed-7fd2-47fa-827d-d0a38c433976","firstSeenAt":1772460000000,"seenAt":1772471280000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772471167201,"routingSince":1772471229926,"tokenAt":1772460271360,"tokenMoved":false,"engagedSince":1772471229926,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772471229926},"clocks":{"sinceSign":1772471229926,"sinceWork":1772470668458,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('40937b32-7ff6-46df-83c5-0f750bf186e4', 0, 1772474340000, '{"agentId":"40937b32-7ff6-46df-83c5-0f750bf186e4","firstSeenAt":1772460000000,"seenAt":1772474340000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772468079366,"routingSince":1772474114381,"tokenAt":1772460189239,"tokenMoved":false,"engagedSince":1772474114381,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474114381},"clocks":{"sinceSign":1772474114381,"sinceWork":1772473950226,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('9a101ebc-0df5-419c-8c1a-6a5612de3c6d', 1, 1772472420000, '{"agentId":"9a101ebc-0df5-419c-8c1a-6a5612de3c6d","firstSeenAt":1772460000000,"seenAt":1772472420000,"state":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"},"presenceSince":1772472360000,"routingSince":1772468584878,"tokenAt":1772472258121,"tokenMoved":true,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772468584878},"clocks":{"sinceSign":1772468584878,"sinceWork":1772468584878,"inState":{},"unwatched":[{"from":1772472240000,"to":1772472258121}]},"recent":[],"departure":{"at":1772472360000,"by":"enforcer","quiet":true,"tokenAt":1772472258121,"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"back":{"at":1772472258121,"delay":18121,"former":{"presence":"BREAK","presenceId":"ee214c13-66b9-4fe3-8fee-0c5f9b8f52ab","routing":"OFF_QUEUE"},"tokenAt":1772472258121},"graceFrom":1772472258121,"ladder":{"cause":{"ruleId":"gone","clock":"since_sign","measured":3655122,"state":{"presence":"BREAK","presenceId":"ee214c13-66b9-4fe3-8fee-0c5f9b8f52ab","routing":"OFF_QUEUE"}},"rung":1,"active":true,"lastLogoffAt":1772472360000},"own":{"from":1772472360000,"to":1772472360000,"actions":["offline"],"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"tokenAt":1772472258121,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('5721be9e-9049-424a-8e02-1d524d72d1be', 1, 1772469420000, '{"agentId":"5721be9e-9049-424a-8e02-1d524d72d1be","firstSeenAt":1772460000000,"seenAt":1772469420000,"state":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"},"presenceSince":1772469360000,"routingSince":1772469360000,"tokenAt":1772460346967,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"interaction","at":1772468687661},"clocks":{"sinceSign":1772468687661,"sinceWork":1772469360000,"inState":{"[null,null,[\"NOT_RESPONDING\"],null]":1772468707661},"unwatched":[]},"recent":[],"departure":{"at":1772469360000,"by":"enforcer","quiet":false,"tokenAt":1772460346967,"former":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"NOT_RESPONDING"}},"ladder":{"cause":{"ruleId":"not-responding","clock":"in_state","measured":652339,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"NOT_RESPONDING"}},"rung":0,"active":true,"lastLogoffAt":1772469360000},"own":{"from":1772469360000,"to":1772469360000,"actions":["off_queue","offline","revoke_tokens"],"former":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"NOT_RESPONDING"},"tokenAt":1772460346967,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('752879da-3721-4c71-88b1-729a62a6ac4c', 1, 1772474760000, '{"agentId":"752879da-3721-4c71-88b1-729a62a6ac4c","firstSeenAt":1772460000000,"seenAt":1772474760000,"state":{"presence":"MEAL","presenceId":"1f262498-628d-4f7c-89ab-11b9acfd6e68","routing":"OFF_QUEUE"},"presenceSince":1772474598990,"routingSince":1772474598990,"tokenAt":1772460102656,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772474598990},"clocks":{"sinceSign":1772474598990,"sinceWork":1772474598990,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('df66eb59-a173-4b3b-80be-d7f585ec44db', 1, 1772474640000, '{"agentId":"df66eb59-a173-4b3b-80be-d7f585ec44db","firstSeenAt":1772460000000,"seenAt":1772474640000,"state":{"presence":"AWAY","presenceId":"8f8b5e1b-ff24-4163-8c22-699a4f588c89","routing":"OFF_QUEUE"},"presenceSince":1772474489334,"routingSince":1772474316836,"tokenAt":1772460237951,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772474489334},"clocks":{"sinceSign":1772474489334,"sinceWork":1772474316836,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('520eceef-dc06-470c-8d80-a945e4677351', 1, 1772473680000, '{"agentId":"520eceef-dc06-470c-8d80-a945e4677351","firstSeenAt":1772460000000,"seenAt":1772473680000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772468459191,"routingSince":1772473634839,"tokenAt":1772460057491,"tokenMoved":false,"engagedSince":1772473634839,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772473634839},"clocks":{"sinceSign":1772473634839,"sinceWork":1772473541655,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('eddf82db-6bd1-458e-8223-16cc0acaee1f', 1, 1772474700000, '{"agentId":"eddf82db-6bd1-458e-8223-16cc0acaee1f","firstSeenAt":1772460000000,"seenAt":1772474700000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772472292106,"routingSince":1772474675851,"tokenAt":1772460647996,"tokenMoved":false,"engagedSince":1772474675851,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474675851},"clocks":{"sinceSign":1772474675851,"sinceWork":1772474532066,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('34568a77-6725-4988-8d06-cd8488191f6f', 1, 1772474760000, '{"agentId":"34568a77-6725-4988-8d06-cd8488191f6f","firstSeenAt":1772460000000,"seenAt":1772474760000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772473216533,"routingSince":1772474701268,"tokenAt":1772472449747,"tokenMoved":true,"engagedSince":1772474701268,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474701268},"clocks":{"sinceSign":1772474701268,"sinceWork":1772474566869,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772472540000,"by":"enforcer","quiet":true,"tokenAt":1772472449747,"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"own":{"from":1772472540000,"to":1772472540000,"actions":["offline"],"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"tokenAt":1772472449747,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('3c5fdaf9-097b-4fb2-8edf-e7abe6a535ff', 1, 1772460720000, '{"agentId":"3c5fdaf9-097b-4fb2-8edf-e7abe6a535ff","firstSeenAt":1772460000000,"seenAt":1772460720000,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"presenceSince":1772460685747,"routingSince":1772409600000,"tokenAt":1772460685747,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"login","at":1772460685747},"clocks":{"sinceSign":1772460685747,"sinceWork":1772460685747,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('9355da56-3eb0-4dca-8dad-908dd55ace80', 1, 1772473200000, '{"agentId":"9355da56-3eb0-4dca-8dad-908dd55ace80","firstSeenAt":1772460000000,"seenAt":1772473200000,"state":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"},"presenceSince":1772473140000,"routingSince":1772469366066,"tokenAt":1772473030199,"tokenMoved":true,"enterpriseCall":false,"working":false,"lastSign":{"kind":"interaction","at":1772469366066},"clocks":{"sinceSign":1772469366066,"sinceWork":1772469366066,"inState":{},"unwatched":[{"from":1772473020000,"to":1772473030199}]},"recent":[],"departure":{"at":1772473140000,"by":"enforcer","quiet":true,"tokenAt":1772473030199,"former":{"presence":"BUSY","presenceId":"d6d8c65e-2fd0-4c8b-8822-53e40d5f4aa7","routing":"OFF_QUEUE"}},"back":{"at":1772473030199,"delay":10199,"former":{"presence":"BUSY","presenceId":"d6d8c65e-2fd0-4c8b-8822-53e40d5f4aa7","routing":"OFF_QUEUE"},"tokenAt":1772473030199},"graceFrom":1772473030199,"ladder":{"cause":{"ruleId":"gone","clock":"since_sign","measured":3653934,"state":{"presence":"BUSY","presenceId":"d6d8c65e-2fd0-4c8b-8822-53e40d5f4aa7","routing":"OFF_QUEUE"}},"rung":1,"active":true,"lastLogoffAt":1772473140000},"own":{"from":1772473140000,"to":1772473140000,"actions":["offline"],"former":{"presence":"BUSY","presenceId":"d6d8c65e-2fd0-4c8b-8822-53e40d5f4aa7","routing":"OFF_QUEUE"},"tokenAt":1772473030199,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('5394b157-d540-4887-83d2-21413ffbf9be', 1, 1772474820000, '{"agentId":"5394b157-d540-4887-83d2-21413ffbf9be","firstSeenAt":1772460000000,"seenAt":1772474820000,"state":{"presence":"MEAL","presenceId":"1f262498-628d-4f7c-89ab-11b9acfd6e68","routing":"OFF_QUEUE"},"presenceSince":1772474713337,"routingSince":1772409600000,"tokenAt":1772460009592,"tokenMoved":false,"enterpriseCall":false,"calledAt":1772474460000,"working":false,"lastSign":{"kind":"presence","at":1772474713337},"clocks":{"sinceSign":1772474713337,"sinceWork":1772474460000,"inState":{},"unwatched":[]},"recent":[{"at":1772474713337,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"lastSign":{"kind":"interaction","at":1772474460000},"clocks":{"sinceSign":1772474460000,"sinceWork":1772474460000,"inState":{},"unwatched":[]}}],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('f3c24304-3b8a-4145-814b-62b7231a5846', 1, 1772474640000, '{"agentId":"f3c24304-3b8a-4145-814b-62b7231a5846","firstSeenAt":1772460000000,"seenAt":1772474640000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772468217936,"routingSince":1772474594597,"tokenAt":1772460035640,"tokenMoved":false,"engagedSince":1772474594597,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474594597},"clocks":{"sinceSign":1772474594597,"sinceWork":1772474262162,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('6428aa6d-6589-45c5-8ef7-75640d7a04c1', 1, 1772474760000, '{"agentId":"6428aa6d-6589-45c5-8ef7-75640d7a04c1","firstSeenAt":1772460000000,"seenAt":1772474760000,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"presenceSince":1772467874521,"routingSince":1772409600000,"tokenAt":1772460029844,"tokenMoved":false,"engagedSince":1772474760000,"enterpriseCall":true,"calledAt":1772474760000,"working":true,"lastSign":{"kind":"interaction","at":1772474760000},"clocks":{"sinceSign":1772474760000,"sinceWork":1772474700000,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('937038e0-cf78-4c24-80f0-1f84ad878659', 1, 1772473500000, '{"agentId":"937038e0-cf78-4c24-80f0-1f84ad878659","firstSeenAt":1772460000000,"seenAt":1772473500000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772469196061,"routingSince":1772473494032,"tokenAt":1772460381611,"tokenMoved":false,"engagedSince":1772473494032,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772473494032},"clocks":{"sinceSign":1772473494032,"sinceWork":1772473344919,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('5249cf07-973d-433f-8f8a-45dfa20effd7', 1, 1772474700000, '{"agentId":"5249cf07-973d-433f-8f8a-45dfa20effd7","firstSeenAt":1772460000000,"seenAt":1772474700000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"IDLE"},"presenceSince":1772473562111,"routingSince":1772474672513,"tokenAt":1772460472602,"tokenMoved":false,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474672513},"clocks":{"sinceSign":1772474672513,"sinceWork":1772474672513,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('a3c9748b-d8bb-412f-8667-165758678a54', 1, 1772474580000, '{"agentId":"a3c9748b-d8bb-412f-8667-165758678a54","firstSeenAt":1772460000000,"seenAt":1772474580000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772468429365,"routingSince":1772474547035,"tokenAt":1772460696112,"tokenMoved":false,"engagedSince":1772474547035,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474547035},"clocks":{"sinceSign":1772474547035,"sinceWork":1772474375561,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('49696992-7703-446d-8062-2ef29776b0f8', 1, 1772460900000, '{"agentId":"49696992-7703-446d-8062-2ef29776b0f8","firstSeenAt":1772460000000,"seenAt":1772460900000,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"presenceSince":1772460887792,"routingSince":1772409600000,"tokenAt":1772460887792,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"login","at":1772460887792},"clocks":{"sinceSign":1772460887792,"sinceWork":1772460887792,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('4a307463-4a66-49e9-8ec5-6937ce4edc9d', 1, 1772474700000, '{"agentId":"4a307463-4a66-49e9-8ec5-6937ce4edc9d","firstSeenAt":1772460000000,"seenAt":1772474700000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"IDLE"},"presenceSince":1772468551907,"routingSince":1772474696245,"tokenAt":1772460757677,"tokenMoved":false,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474696245},"clocks":{"sinceSign":1772474696245,"sinceWork":1772474696245,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('3bc613c0-93d7-4a56-841c-c3cf68f062e0', 1, 1772474520000, '{"agentId":"3bc613c0-93d7-4a56-841c-c3cf68f062e0","firstSeenAt":1772460000000,"seenAt":1772474520000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"IDLE"},"presenceSince":1772468131043,"routingSince":1772474501169,"tokenAt":1772460251985,"tokenMoved":false,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474501169},"clocks":{"sinceSign":1772474501169,"sinceWork":1772474501169,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('72814668-5c86-4349-860c-6c3390256e18', 1, 1772472360000, '{"agentId":"72814668-5c86-4349-860c-6c3390256e18","firstSeenAt":1772460000000,"seenAt":1772472360000,"state":{"presence":"IDLE","presenceId":"b81ee41c-b6a7-4e6a-8538-d8d5cfa62512","routing":"OFF_QUEUE"},"presenceSince":1772472200437,"routingSince":1772471519159,"tokenAt":1772460561999,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772471519159},"clocks":{"sinceSign":1772471519159,"sinceWork":1772471519159,"inState":{"[[\"IDLE\"],null,null,null]":1772472200437},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('8d34979f-7772-492c-8683-ad679e52d63c', 1, 1772474700000, '{"agentId":"8d34979f-7772-492c-8683-ad679e52d63c","firstSeenAt":1772460000000,"seenAt":1772474700000,"state":{"presence":"MEAL","presenceId":"1f262498-628d-4f7c-89ab-11b9acfd6e68","routing":"OFF_QUEUE"},"presenceSince":1772474533479,"routingSince":1772474533479,"tokenAt":1772460089369,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772474533479},"clocks":{"sinceSign":1772474533479,"sinceWork":1772474533479,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('ce5dbada-aebf-4f28-80dc-5bc5b68795c3', 1, 1772474820000, '{"agentId":"ce5dbada-aebf-4f28-80dc-5bc5b68795c3","firstSeenAt":1772460000000,"seenAt":1772474820000,"state":{"presence":"MEAL","presenceId":"1f262498-628d-4f7c-89ab-11b9acfd6e68","routing":"OFF_QUEUE"},"presenceSince":1772474792443,"routingSince":1772474792443,"tokenAt":1772460080883,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772474792443},"clocks":{"sinceSign":1772474792443,"sinceWork":1772474792443,"inState":{},"unwatched":[]},"recent":[{"at":1772474792443,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"IDLE"},"lastSign":{"kind":"interaction","at":1772474601375},"clocks":{"sinceSign":1772474601375,"sinceWork":1772474601375,"inState":{},"unwatched":[]}}],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('51c6f264-bb4e-4315-8d11-4d4a5803f099', 1, 1772474760000, '{"agentId":"51c6f264-bb4e-4315-8d11-4d4a5803f099","firstSeenAt":1772460000000,"seenAt":1772474760000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772468381450,"routingSince":1772474738508,"tokenAt":1772460464157,"tokenMoved":false,"engagedSince":1772474738508,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474738508},"clocks":{"sinceSign":1772474738508,"sinceWork":1772474647007,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('37d383e2-a37d-46a1-891a-d2ced49d98c9', 1, 1772474820000, '{"agentId":"37d383e2-a37d-46a1-891a-d2ced49d98c9","firstSeenAt":1772460000000,"seenAt":1772474820000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"IDLE"},"presenceSince":1772474323772,"routingSince":1772474803890,"tokenAt":1772474323772,"tokenMoved":true,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474803890},"clocks":{"sinceSign":1772474803890,"sinceWork":1772474803890,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772470200000,"by":"enforcer","quiet":false,"tokenAt":1772460306244,"former":{"presence":"AWAY","presenceId":"8f8b5e1b-ff24-4163-8c22-699a4f588c89","routing":"OFF_QUEUE"}},"own":{"from":1772470200000,"to":1772470200000,"actions":["offline","revoke_tokens"],"former":{"presence":"AWAY","presenceId":"8f8b5e1b-ff24-4163-8c22-699a4f588c89","routing":"OFF_QUEUE"},"tokenAt":1772460306244,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('e548dd4e-dfe4-4330-86de-f8d09273587b', 1, 1772474820000, '{"agentId":"e548dd4e-dfe4-4330-86de-f8d09273587b","firstSeenAt":1772460000000,"seenAt":1772474820000,"state":{"presence":"MEAL","presenceId":"1f262498-628d-4f7c-89ab-11b9acfd6e68","routing":"OFF_QUEUE"},"presenceSince":1772474754681,"routingSince":1772474754681,"tokenAt":1772460144662,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772474754681},"clocks":{"sinceSign":1772474754681,"sinceWork":1772474754681,"inState":{},"unwatched":[]},"recent":[{"at":1772474754681,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"IDLE"},"lastSign":{"kind":"interaction","at":1772474688953},"clocks":{"sinceSign":1772474688953,"sinceWork":1772474688953,"inState":{},"unwatched":[]}}],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('56ff1a99-5b78-4231-8575-ae6383ad7efe', 1, 1772472120000, '{"agentId":"56ff1a99-5b78-4231-8575-ae6383ad7efe","firstSeenAt":1772460000000,"seenAt":1772472120000,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"presenceSince":1772472069443,"routingSince":1772468192166,"tokenAt":1772472069443,"tokenMoved":true,"enterpriseCall":false,"working":false,"lastSign":{"kind":"login","at":1772472069443},"clocks":{"sinceSign":1772472069443,"sinceWork":1772472069443,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772471820000,"by":"enforcer","quiet":false,"tokenAt":1772460842823,"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"ladder":{"cause":{"ruleId":"gone","clock":"since_sign","measured":3627834,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"rung":0,"active":false,"lastLogoffAt":1772471820000},"own":{"from":1772471820000,"to":1772471820000,"actions":["offline","revoke_tokens"],"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"tokenAt":1772460842823,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('5a44c4c2-6721-40dd-8719-036a00297118', 1, 1772466240000, '{"agentId":"5a44c4c2-6721-40dd-8719-036a00297118","firstSeenAt":1772460000000,"seenAt":1772466240000,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"INTERACTING"},"presenceSince":1772466117809,"routingSince":1772465817809,"tokenAt":1772460276061,"tokenMoved":false,"engagedSince":1772465199593,"enterpriseCall":false,"working":true,"lastSign":{"kind":"presence","at":1772466117809},"clocks":{"sinceSign":1772466117809,"sinceWork":1772464995850,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('39e26837-3762-404d-8a3b-f952f2a86c09', 1, 1772469720000, '{"agentId":"39e26837-3762-404d-8a3b-f952f2a86c09","firstSeenAt":1772460000000,"seenAt":1772469720000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772460450904,"routingSince":1772469541837,"tokenAt":1772460450904,"tokenMoved":false,"engagedSince":1772469193822,"enterpriseCall":false,"working":true,"lastSign":{"kind":"routing","at":1772469541837},"clocks":{"sinceSign":1772469541837,"sinceWork":1772468913775,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('6b988d17-bb11-466f-8d34-2ac2371e0a86', 1, 1772470020000, '{"agentId":"6b988d17-bb11-466f-8d34-2ac2371e0a86","firstSeenAt":1772460000000,"seenAt":1772470020000,"state":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"},"presenceSince":1772469960000,"routingSince":1772466311766,"tokenAt":1772460670529,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772466311766},"clocks":{"sinceSign":1772466311766,"sinceWork":1772466311766,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772469960000,"by":"enforcer","quiet":false,"tokenAt":1772460670529,"former":{"presence":"BREAK","presenceId":"ee214c13-66b9-4fe3-8fee-0c5f9b8f52ab","routing":"OFF_QUEUE"}},"ladder":{"cause":{"ruleId":"gone","clock":"since_sign","measured":3648234,"state":{"presence":"BREAK","presenceId":"ee214c13-66b9-4fe3-8fee-0c5f9b8f52ab","routing":"OFF_QUEUE"}},"rung":0,"active":true,"lastLogoffAt":1772469960000},"own":{"from":1772469960000,"to":1772469960000,"actions":["offline","revoke_tokens"],"former":{"presence":"BREAK","presenceId":"ee214c13-66b9-4fe3-8fee-0c5f9b8f52ab","routing":"OFF_QUEUE"},"tokenAt":1772460670529,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('89314796-e67b-42d7-8984-938c6443dcd8', 1, 1772472600000, '{"agentId":"89314796-e67b-42d7-8984-938c6443dcd8","firstSeenAt":1772460000000,"seenAt":1772472600000,"state":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"},"presenceSince":1772472540000,"routingSince":1772467093322,"tokenAt":1772460690158,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"presence","at":1772467093322},"clocks":{"sinceSign":1772467093322,"sinceWork":1772467093322,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772472540000,"by":"enforcer","quiet":false,"tokenAt":1772460690158,"former":{"presence":"MEAL","presenceId":"1f262498-628d-4f7c-89ab-11b9acfd6e68","routing":"OFF_QUEUE"}},"ladder":{"cause":{"ruleId":"long-meal","clock":"since_sign","measured":5446678,"state":{"presence":"MEAL","presenceId":"1f262498-628d-4f7c-89ab-11b9acfd6e68","routing":"OFF_QUEUE"}},"rung":0,"active":true,"lastLogoffAt":1772472540000},"own":{"from":1772472540000,"to":1772472540000,"actions":["offline","revoke_tokens"],"former":{"presence":"MEAL","presenceId":"1f262498-628d-4f7c-89ab-11b9acfd6e68","routing":"OFF_QUEUE"},"tokenAt":1772460690158,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('03f28d75-a56c-46a6-89b7-b72d8ca03585', 1, 1772471160000, '{"agentId":"03f28d75-a56c-46a6-89b7-b72d8ca03585","firstSeenAt":1772460000000,"seenAt":1772471160000,"state":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"},"presenceSince":1772471100000,"routingSince":1772471100000,"tokenAt":1772460712635,"tokenMoved":false,"enterpriseCall":false,"working":false,"lastSign":{"kind":"interaction","at":1772469896759},"clocks":{"sinceSign":1772469896759,"sinceWork":1772471100000,"inState":{"[null,null,[\"NOT_RESPONDING\"],null]":1772470480904},"unwatched":[]},"recent":[],"departure":{"at":1772471100000,"by":"enforcer","quiet":false,"tokenAt":1772460712635,"former":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"NOT_RESPONDING"}},"ladder":{"cause":{"ruleId":"not-responding","clock":"in_state","measured":619096,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"NOT_RESPONDING"}},"rung":0,"active":true,"lastLogoffAt":1772471100000},"own":{"from":1772471100000,"to":1772471100000,"actions":["off_queue","offline","revoke_tokens"],"former":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"NOT_RESPONDING"},"tokenAt":1772460712635,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('01031545-d438-4bf0-8ce3-1a587211c1e3', 1, 1772474760000, '{"agentId":"01031545-d438-4bf0-8ce3-1a587211c1e3","firstSeenAt":1772460000000,"seenAt":1772474760000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"IDLE"},"presenceSince":1772468285070,"routingSince":1772474749448,"tokenAt":1772460396855,"tokenMoved":false,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474749448},"clocks":{"sinceSign":1772474749448,"sinceWork":1772474749448,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('ea869d36-3ea4-4048-88ed-61e469b93b18', 1, 1772469480000, '{"agentId":"ea869d36-3ea4-4048-88ed-61e469b93b18","firstSeenAt":1772460000000,"seenAt":1772469480000,"state":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"},"presenceSince":1772469420000,"routingSince":1772465667946,"tokenAt":1772469305851,"tokenMoved":true,"enterpriseCall":false,"working":false,"lastSign":{"kind":"interaction","at":1772465667946},"clocks":{"sinceSign":1772465667946,"sinceWork":1772465667946,"inState":{},"unwatched":[{"from":1772469300000,"to":1772469305851}]},"recent":[],"departure":{"at":1772469420000,"by":"enforcer","quiet":true,"tokenAt":1772469305851,"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"back":{"at":1772469305851,"delay":5851,"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"tokenAt":1772469305851},"graceFrom":1772469305851,"ladder":{"cause":{"ruleId":"gone","clock":"since_sign","measured":3632054,"state":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"}},"rung":1,"active":true,"lastLogoffAt":1772469420000},"own":{"from":1772469420000,"to":1772469420000,"actions":["offline"],"former":{"presence":"AVAILABLE","presenceId":"b5c4494d-f3af-4a0c-80df-a773506d4ed0","routing":"OFF_QUEUE"},"tokenAt":1772469305851,"open":false},"imagined":[],"warned":{}}');
INSERT INTO memory VALUES ('aaf5b148-f2cb-47a0-8dfa-fc7c204ae6d3', 1, 1772474640000, '{"agentId":"aaf5b148-f2cb-47a0-8dfa-fc7c204ae6d3","firstSeenAt":1772468640000,"seenAt":1772474640000,"state":{"presence":"ON_QUEUE","presenceId":"18df3be5-94e0-4ff7-838b-903eb34afa05","routing":"INTERACTING"},"presenceSince":1772469251423,"routingSince":1772474601696,"tokenAt":1772469251423,"tokenMoved":false,"engagedSince":1772474601696,"enterpriseCall":false,"working":true,"lastSign":{"kind":"interaction","at":1772474601696},"clocks":{"sinceSign":1772474601696,"sinceWork":1772474444450,"inState":{},"unwatched":[]},"recent":[],"departure":{"at":1772409600000,"by":"platform","quiet":false,"former":{"presence":"OFFLINE","presenceId":"0ee95dbd-84f6-419f-812b-0365b9091841","routing":"OFF_QUEUE"}},"imagined":[],"warned":{}}');
INSERT INTO standing VALUES (1, 1772474820000, '{"policyHash":"a7ce122e79ba","settleLeft":0,"lastCompleteAt":1772474820000,"population":39,"intervals":[60000,60000,60000,60000,60000,60000,60000,60000,60000,60000,60000,60000,60000,60000,60000],"ledger":{"logoffs":[1772471580000,1772471820000,1772472240000,1772472360000,1772472420000,1772472540000,1772472540000,1772472900000,1772473020000,1772473020000,1772473140000,1772473380000,1772474040000],"failures":[],"dueBefore":[],"broken":[],"peaks":[{"hour":1772460000000,"online":39},{"hour":1772463600000,"online":39},{"hour":1772467200000,"online":40},{"hour":1772470800000,"online":36},{"hour":1772474400000,"online":31}]},"imaginedLedger":{"logoffs":[],"failures":[],"dueBefore":[],"broken":[],"peaks":[{"hour":1772460000000,"online":39},{"hour":1772463600000,"online":39},{"hour":1772467200000,"online":40},{"hour":1772470800000,"online":36},{"hour":1772474400000,"online":31}]}}');
INSERT INTO event VALUES (1, 'return', 1772467384975, '92c43fcd', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', NULL, NULL, NULL, NULL, NULL, 'silent after the platform’s', NULL, NULL, 11291);
INSERT INTO event VALUES (2, 'intent', 1772469180000, 'b003b225', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', 'gone', 3613019, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, 'de45b925-e268-4da3-9763-9726300bbc16', NULL);
INSERT INTO event VALUES (3, 'verified', 1772469180000, 'b003b225', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', 'gone', 3613019, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, 'de45b925-e268-4da3-9763-9726300bbc16', NULL);
INSERT INTO event VALUES (4, 'return', 1772469199591, '1ea28ec8', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 19591);
INSERT INTO event VALUES (5, 'intent', 1772469300000, '605e6f23', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', 'gone', 100409, 60000, 0, '["off_queue","offline"]', NULL, NULL, '4280dcdc-8740-42cd-b74c-08ad464c9a3f', NULL);
INSERT INTO event VALUES (6, 'intent', 1772469300000, '605e6f23', 'ea869d36-3ea4-4048-88ed-61e469b93b18', 'Ada Holm', 'gone', 3632054, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '910d59d9-4098-4aaf-a473-e745da4f5959', NULL);
INSERT INTO event VALUES (7, 'verified', 1772469300000, '605e6f23', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', 'gone', 100409, 60000, 0, '["off_queue","offline"]', NULL, NULL, '4280dcdc-8740-42cd-b74c-08ad464c9a3f', NULL);
INSERT INTO event VALUES (8, 'verified', 1772469300000, '605e6f23', 'ea869d36-3ea4-4048-88ed-61e469b93b18', 'Ada Holm', 'gone', 3632054, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '910d59d9-4098-4aaf-a473-e745da4f5959', NULL);
INSERT INTO event VALUES (9, 'return', 1772469305851, '6ccff164', 'ea869d36-3ea4-4048-88ed-61e469b93b18', 'Ada Holm', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 5851);
INSERT INTO event VALUES (10, 'intent', 1772469360000, '6ccff164', '5721be9e-9049-424a-8e02-1d524d72d1be', 'Gus Weber', 'not-responding', 652339, 600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '2c5efc4d-1ee1-4996-a703-8b3c05a8ef71', NULL);
INSERT INTO event VALUES (11, 'verified', 1772469360000, '6ccff164', '5721be9e-9049-424a-8e02-1d524d72d1be', 'Gus Weber', 'not-responding', 652339, 600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '2c5efc4d-1ee1-4996-a703-8b3c05a8ef71', NULL);
INSERT INTO event VALUES (12, 'intent', 1772469420000, 'dd3d6ded', 'ea869d36-3ea4-4048-88ed-61e469b93b18', 'Ada Holm', 'gone', 114149, 60000, 0, '["off_queue","offline"]', NULL, NULL, '84e4a458-d3a7-419a-a2e9-0fa57b6ce300', NULL);
INSERT INTO event VALUES (13, 'verified', 1772469420000, 'dd3d6ded', 'ea869d36-3ea4-4048-88ed-61e469b93b18', 'Ada Holm', 'gone', 114149, 60000, 0, '["off_queue","offline"]', NULL, NULL, '84e4a458-d3a7-419a-a2e9-0fa57b6ce300', NULL);
INSERT INTO event VALUES (14, 'intent', 1772469960000, '121f5d19', '6b988d17-bb11-466f-8d34-2ac2371e0a86', 'Otto Costa', 'gone', 3648234, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '737f76dd-b006-4eaf-8773-86fb5296048e', NULL);
INSERT INTO event VALUES (15, 'verified', 1772469960000, '121f5d19', '6b988d17-bb11-466f-8d34-2ac2371e0a86', 'Otto Costa', 'gone', 3648234, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '737f76dd-b006-4eaf-8773-86fb5296048e', NULL);
INSERT INTO event VALUES (16, 'intent', 1772470200000, '88785ec7', '37d383e2-a37d-46a1-891a-d2ced49d98c9', 'Tess Jansen', 'gone', 3655340, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '5bf291e3-d202-4ad6-8d94-c7d1541ed0e8', NULL);
INSERT INTO event VALUES (17, 'verified', 1772470200000, '88785ec7', '37d383e2-a37d-46a1-891a-d2ced49d98c9', 'Tess Jansen', 'gone', 3655340, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '5bf291e3-d202-4ad6-8d94-c7d1541ed0e8', NULL);
INSERT INTO event VALUES (18, 'return', 1772471027744, 'fd122a03', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', NULL, NULL, NULL, NULL, NULL, 'late after our log-off', NULL, NULL, 1727744);
INSERT INTO event VALUES (19, 'intent', 1772471100000, '7cded23f', '03f28d75-a56c-46a6-89b7-b72d8ca03585', 'Emil Reyes', 'not-responding', 619096, 600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, 'c37b4578-2e38-4636-a5dd-3c676d3508e4', NULL);
INSERT INTO event VALUES (20, 'verified', 1772471100000, '7cded23f', '03f28d75-a56c-46a6-89b7-b72d8ca03585', 'Emil Reyes', 'not-responding', 619096, 600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, 'c37b4578-2e38-4636-a5dd-3c676d3508e4', NULL);
INSERT INTO event VALUES (21, 'intent', 1772471580000, '1b2343ec', 'ff22f29c-fa69-4951-8223-15303119bc72', 'Lena Patel', 'gone', 3629433, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '6385315d-2234-49ae-b534-61f80738fab3', NULL);
INSERT INTO event VALUES (22, 'verified', 1772471580000, '1b2343ec', 'ff22f29c-fa69-4951-8223-15303119bc72', 'Lena Patel', 'gone', 3629433, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '6385315d-2234-49ae-b534-61f80738fab3', NULL);
INSERT INTO event VALUES (23, 'intent', 1772471820000, 'f88fff38', '56ff1a99-5b78-4231-8575-ae6383ad7efe', 'Gus Evans', 'gone', 3627834, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '654086c0-ce76-42e2-bc5e-f1729b19d707', NULL);
INSERT INTO event VALUES (24, 'verified', 1772471820000, 'f88fff38', '56ff1a99-5b78-4231-8575-ae6383ad7efe', 'Gus Evans', 'gone', 3627834, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '654086c0-ce76-42e2-bc5e-f1729b19d707', NULL);
INSERT INTO event VALUES (25, 'return', 1772472069443, 'e6cd9c7d', '56ff1a99-5b78-4231-8575-ae6383ad7efe', 'Gus Evans', NULL, NULL, NULL, NULL, NULL, 'late after our log-off', NULL, NULL, 249443);
INSERT INTO event VALUES (26, 'intent', 1772472240000, '2977572a', '9a101ebc-0df5-419c-8c1a-6a5612de3c6d', 'Nora Abel', 'gone', 3655122, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, 'f795b36e-70f7-4346-adc0-bc000556be84', NULL);
INSERT INTO event VALUES (27, 'verified', 1772472240000, '2977572a', '9a101ebc-0df5-419c-8c1a-6a5612de3c6d', 'Nora Abel', 'gone', 3655122, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, 'f795b36e-70f7-4346-adc0-bc000556be84', NULL);
INSERT INTO event VALUES (28, 'return', 1772472258121, '76da6150', '9a101ebc-0df5-419c-8c1a-6a5612de3c6d', 'Nora Abel', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 18121);
INSERT INTO event VALUES (29, 'intent', 1772472360000, 'e6c6035a', '9a101ebc-0df5-419c-8c1a-6a5612de3c6d', 'Nora Abel', 'gone', 101879, 60000, 0, '["off_queue","offline"]', NULL, NULL, '8b9f0c42-569c-476d-98ba-b89ebb50194b', NULL);
INSERT INTO event VALUES (30, 'verified', 1772472360000, 'e6c6035a', '9a101ebc-0df5-419c-8c1a-6a5612de3c6d', 'Nora Abel', 'gone', 101879, 60000, 0, '["off_queue","offline"]', NULL, NULL, '8b9f0c42-569c-476d-98ba-b89ebb50194b', NULL);
INSERT INTO event VALUES (31, 'intent', 1772472420000, 'df7133ff', '34568a77-6725-4988-8d06-cd8488191f6f', 'Emil Jansen', 'gone', 3629026, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, 'e88c9e8a-1df3-4636-a3f5-20b0279bf1ab', NULL);
INSERT INTO event VALUES (32, 'verified', 1772472420000, 'df7133ff', '34568a77-6725-4988-8d06-cd8488191f6f', 'Emil Jansen', 'gone', 3629026, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, 'e88c9e8a-1df3-4636-a3f5-20b0279bf1ab', NULL);
INSERT INTO event VALUES (33, 'return', 1772472449747, 'f578c012', '34568a77-6725-4988-8d06-cd8488191f6f', 'Emil Jansen', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 29747);
INSERT INTO event VALUES (34, 'intent', 1772472540000, 'fab1af30', '89314796-e67b-42d7-8984-938c6443dcd8', 'Emil Weber', 'long-meal', 5446678, 5400000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '9487a40b-2709-4453-8363-12a4cde3b7ed', NULL);
INSERT INTO event VALUES (35, 'intent', 1772472540000, 'fab1af30', '34568a77-6725-4988-8d06-cd8488191f6f', 'Emil Jansen', 'gone', 90253, 60000, 0, '["off_queue","offline"]', NULL, NULL, '67b69513-858f-4337-bb1b-fceee78fcfa9', NULL);
INSERT INTO event VALUES (36, 'verified', 1772472540000, 'fab1af30', '89314796-e67b-42d7-8984-938c6443dcd8', 'Emil Weber', 'long-meal', 5446678, 5400000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '9487a40b-2709-4453-8363-12a4cde3b7ed', NULL);
INSERT INTO event VALUES (37, 'verified', 1772472540000, 'fab1af30', '34568a77-6725-4988-8d06-cd8488191f6f', 'Emil Jansen', 'gone', 90253, 60000, 0, '["off_queue","offline"]', NULL, NULL, '67b69513-858f-4337-bb1b-fceee78fcfa9', NULL);
INSERT INTO event VALUES (38, 'return', 1772472823946, '1bd87940', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', NULL, NULL, NULL, NULL, NULL, 'silent after the platform’s', NULL, NULL, NULL);
INSERT INTO event VALUES (39, 'intent', 1772472900000, '8a916c39', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'gone', 3626829, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '69f46e12-3edc-4593-ae27-04e62b9b5485', NULL);
INSERT INTO event VALUES (40, 'verified', 1772472900000, '8a916c39', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'gone', 3626829, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '69f46e12-3edc-4593-ae27-04e62b9b5485', NULL);
INSERT INTO event VALUES (41, 'return', 1772472936158, 'd52f2d3b', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 36158);
INSERT INTO event VALUES (42, 'intent', 1772473020000, '755ed1bc', '9355da56-3eb0-4dca-8dad-908dd55ace80', 'Quin Kaya', 'gone', 3653934, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '0ffdac1b-e845-4734-bf8f-d40f19953100', NULL);
INSERT INTO event VALUES (43, 'intent', 1772473020000, '755ed1bc', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'gone', 83842, 60000, 0, '["off_queue","offline"]', NULL, NULL, 'b93fd8e1-9572-4d5d-8c4a-d671448587b9', NULL);
INSERT INTO event VALUES (44, 'verified', 1772473020000, '755ed1bc', '9355da56-3eb0-4dca-8dad-908dd55ace80', 'Quin Kaya', 'gone', 3653934, 3600000, NULL, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '0ffdac1b-e845-4734-bf8f-d40f19953100', NULL);
INSERT INTO event VALUES (45, 'verified', 1772473020000, '755ed1bc', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'gone', 83842, 60000, 0, '["off_queue","offline"]', NULL, NULL, 'b93fd8e1-9572-4d5d-8c4a-d671448587b9', NULL);
INSERT INTO event VALUES (46, 'return', 1772473028291, '789a807a', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 8291);
INSERT INTO event VALUES (47, 'return', 1772473036533, '789a807a', '34568a77-6725-4988-8d06-cd8488191f6f', 'Emil Jansen', NULL, NULL, NULL, NULL, NULL, 'late after our log-off', NULL, NULL, 496533);
INSERT INTO event VALUES (48, 'return', 1772473030199, '789a807a', '9355da56-3eb0-4dca-8dad-908dd55ace80', 'Quin Kaya', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 10199);
INSERT INTO event VALUES (49, 'intent', 1772473140000, '99f560b5', '9355da56-3eb0-4dca-8dad-908dd55ace80', 'Quin Kaya', 'gone', 109801, 60000, 0, '["off_queue","offline"]', NULL, NULL, '7afe33d6-fb77-4578-8e57-10a8bed32a67', NULL);
INSERT INTO event VALUES (50, 'verified', 1772473140000, '99f560b5', '9355da56-3eb0-4dca-8dad-908dd55ace80', 'Quin Kaya', 'gone', 109801, 60000, 0, '["off_queue","offline"]', NULL, NULL, '7afe33d6-fb77-4578-8e57-10a8bed32a67', NULL);
INSERT INTO event VALUES (51, 'intent', 1772473380000, 'cee5bbea', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'gone', 351709, 300000, 1, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '30b5672c-80a4-4dc4-b676-7e9b2e474fde', NULL);
INSERT INTO event VALUES (52, 'verified', 1772473380000, 'cee5bbea', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'gone', 351709, 300000, 1, '["off_queue","offline","revoke_tokens"]', NULL, NULL, '30b5672c-80a4-4dc4-b676-7e9b2e474fde', NULL);
INSERT INTO event VALUES (53, 'return', 1772473402273, 'e1267b88', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 22273);
INSERT INTO event VALUES (54, 'intent', 1772474040000, '68aedfa9', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'gone', 637727, 600000, 2, '["off_queue","offline","revoke_tokens","notify"]', NULL, NULL, '4c5b8214-6d93-4bce-af05-ec52dd1e1ee5', NULL);
INSERT INTO event VALUES (55, 'verified', 1772474040000, '68aedfa9', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'gone', 637727, 600000, 2, '["off_queue","offline","revoke_tokens","notify"]', NULL, NULL, '4c5b8214-6d93-4bce-af05-ec52dd1e1ee5', NULL);
INSERT INTO event VALUES (56, 'return', 1772474055808, '9d61b470', 'a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', NULL, NULL, NULL, NULL, NULL, 'silent after our log-off', NULL, NULL, 15808);
INSERT INTO event VALUES (57, 'return', 1772474323772, '3496741c', '37d383e2-a37d-46a1-891a-d2ced49d98c9', 'Tess Jansen', NULL, NULL, NULL, NULL, NULL, 'late after our log-off', NULL, NULL, 4123772);
INSERT INTO event VALUES (58, 'return', 1772474624746, '0073137a', 'b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', NULL, NULL, NULL, NULL, NULL, 'silent after the platform’s', NULL, NULL, NULL);
INSERT INTO agent VALUES ('7059dec0-3e7d-427e-8bb0-a4af716b2710', 'Jane Ito', 'jane.ito.1@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('ff22f29c-fa69-4951-8223-15303119bc72', 'Lena Patel', 'lena.patel.3@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('1e8e95cc-f97d-4e1a-8a52-c495ee05b78b', 'Otto Holm', 'otto.holm.4@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('a47a0df4-eb47-4309-8a3d-98205b2fe32f', 'Lena Novak', 'lena.novak.5@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('b791263c-4d93-4095-82a5-c08ac234c032', 'Ada Abel', 'ada.abel.6@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('0d0e95ed-7fd2-47fa-827d-d0a38c433976', 'Milo Moreau', 'milo.moreau.7@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('40937b32-7ff6-46df-83c5-0f750bf186e4', 'Tess Abel', 'tess.abel.8@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('9a101ebc-0df5-419c-8c1a-6a5612de3c6d', 'Nora Abel', 'nora.abel.9@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('5721be9e-9049-424a-8e02-1d524d72d1be', 'Gus Weber', 'gus.weber.10@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('752879da-3721-4c71-88b1-729a62a6ac4c', 'Fay Lopez', 'fay.lopez.11@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('df66eb59-a173-4b3b-80be-d7f585ec44db', 'Lena Tanaka', 'lena.tanaka.12@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('520eceef-dc06-470c-8d80-a945e4677351', 'Otto Tanaka', 'otto.tanaka.13@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('eddf82db-6bd1-458e-8223-16cc0acaee1f', 'Dana Evans', 'dana.evans.14@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('34568a77-6725-4988-8d06-cd8488191f6f', 'Emil Jansen', 'emil.jansen.15@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('3c5fdaf9-097b-4fb2-8edf-e7abe6a535ff', 'Ada Kaya', 'wallboard@example.com', NULL, 1772460000000);
INSERT INTO agent VALUES ('9355da56-3eb0-4dca-8dad-908dd55ace80', 'Quin Kaya', 'quin.kaya.17@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('5394b157-d540-4887-83d2-21413ffbf9be', 'Ben Abel', 'ben.abel.18@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('f3c24304-3b8a-4145-814b-62b7231a5846', 'Ada Silva', 'ada.silva.19@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('6428aa6d-6589-45c5-8ef7-75640d7a04c1', 'Kofi Okafor', 'kofi.okafor.20@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('937038e0-cf78-4c24-80f0-1f84ad878659', 'Sam Tanaka', 'sam.tanaka.21@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('5249cf07-973d-433f-8f8a-45dfa20effd7', 'Lena Okafor', 'lena.okafor.22@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('a3c9748b-d8bb-412f-8667-165758678a54', 'Ivo Okafor', 'ivo.okafor.23@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('49696992-7703-446d-8062-2ef29776b0f8', 'Quin Evans', 'quin.evans.24@example.com', 'supervisors', 1772460000000);
INSERT INTO agent VALUES ('4a307463-4a66-49e9-8ec5-6937ce4edc9d', 'Emil Kaya', 'emil.kaya.25@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('3bc613c0-93d7-4a56-841c-c3cf68f062e0', 'Dana Fischer', 'dana.fischer.26@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('72814668-5c86-4349-860c-6c3390256e18', 'Lena Diaz', 'lena.diaz.27@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('8d34979f-7772-492c-8683-ad679e52d63c', 'Gus Patel', 'gus.patel.28@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('ce5dbada-aebf-4f28-80dc-5bc5b68795c3', 'Gus Brandt', 'gus.brandt.29@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('51c6f264-bb4e-4315-8d11-4d4a5803f099', 'Milo Costa', 'milo.costa.30@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('37d383e2-a37d-46a1-891a-d2ced49d98c9', 'Tess Jansen', 'tess.jansen.31@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('e548dd4e-dfe4-4330-86de-f8d09273587b', 'Nora Holm', 'nora.holm.32@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('56ff1a99-5b78-4231-8575-ae6383ad7efe', 'Gus Evans', 'gus.evans.33@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('5a44c4c2-6721-40dd-8719-036a00297118', 'Cleo Kaya', 'cleo.kaya.34@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('39e26837-3762-404d-8a3b-f952f2a86c09', 'Fay Abel', 'fay.abel.35@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('6b988d17-bb11-466f-8d34-2ac2371e0a86', 'Otto Costa', 'otto.costa.36@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('89314796-e67b-42d7-8984-938c6443dcd8', 'Emil Weber', 'emil.weber.37@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('03f28d75-a56c-46a6-89b7-b72d8ca03585', 'Emil Reyes', 'emil.reyes.38@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('01031545-d438-4bf0-8ce3-1a587211c1e3', 'Otto Costa', 'otto.costa.39@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('ea869d36-3ea4-4048-88ed-61e469b93b18', 'Ada Holm', 'ada.holm.40@example.com', 'agents', 1772460000000);
INSERT INTO agent VALUES ('aaf5b148-f2cb-47a0-8dfa-fc7c204ae6d3', 'Nora Brandt', 'nora.brandt.2@example.com', 'agents', 1772468640000);
INSERT INTO lease VALUES (1, '7cfb7d7c-d457-4c7f-b60b-845ce6625156', 1772475000000, 19465, 'vm', '7f5a9df9-8721-46f9-8c8f-f76d651d5eb0 pid:[4026531836]');
INSERT INTO fact VALUES ('name:users:wallboard@example.com', '3c5fdaf9-097b-4fb2-8edf-e7abe6a535ff');
INSERT INTO fact VALUES ('name:groups:supervisors on call', '1e3305fa-2fda-443c-8c9a-61846f75ec52');
INSERT INTO fact VALUES ('name:presences:coaching', 'f5cf4bf4-ab33-438c-8a63-3f4592a2eb9b');
INSERT INTO fact VALUES ('name:groups:supervisors', '0b430c43-9c0a-49c9-8812-a4ae483f45ee');
INSERT INTO fact VALUES ('name:groups:agents', '0721c982-839a-46c6-82bc-ab0f1156680a');
INSERT INTO fact VALUES ('learnt', '{"delays":[0,0,0,2,5,2,1,0,0,0,1,1,0],"tokenMoves":{"yes":11,"no":0},"revokeSetsOffline":{"yes":0,"no":0},"reasserts":{"yes":1,"no":5}}');
INSERT INTO sweep_count VALUES (1772460000000, 0, 0, NULL);
INSERT INTO sweep_count VALUES (1772460060000, 4, 0, NULL);
INSERT INTO sweep_count VALUES (1772460120000, 7, 0, NULL);
INSERT INTO sweep_count VALUES (1772460180000, 8, 0, NULL);
INSERT INTO sweep_count VALUES (1772460240000, 10, 0, NULL);
INSERT INTO sweep_count VALUES (1772460300000, 13, 0, NULL);
INSERT INTO sweep_count VALUES (1772460360000, 15, 0, NULL);
INSERT INTO sweep_count VALUES (1772460420000, 18, 0, NULL);
INSERT INTO sweep_count VALUES (1772460480000, 21, 0, NULL);
INSERT INTO sweep_count VALUES (1772460540000, 22, 0, NULL);
INSERT INTO sweep_count VALUES (1772460600000, 24, 0, NULL);
INSERT INTO sweep_count VALUES (1772460660000, 28, 0, NULL);
INSERT INTO sweep_count VALUES (1772460720000, 33, 0, NULL);
INSERT INTO sweep_count VALUES (1772460780000, 36, 0, NULL);
INSERT INTO sweep_count VALUES (1772460840000, 36, 0, NULL);
INSERT INTO sweep_count VALUES (1772460900000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772460960000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461020000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461080000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461140000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461200000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461260000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461320000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461380000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461440000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461500000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461560000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461620000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461680000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461740000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461800000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461860000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461920000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772461980000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462040000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462100000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462160000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462220000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462280000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462340000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462400000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462460000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462520000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462580000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462640000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462700000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462760000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462820000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462880000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772462940000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463000000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463060000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463120000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463180000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463240000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463300000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463360000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463420000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463480000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463540000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463600000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463660000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463720000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463780000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463840000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463900000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772463960000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464020000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464080000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464140000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464200000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464260000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464320000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464380000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464440000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464500000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464560000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464620000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464680000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464740000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464800000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464860000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464920000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772464980000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465040000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465100000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465160000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465220000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465280000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465340000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465400000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465460000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465520000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465580000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465640000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465700000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465760000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465820000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465880000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772465940000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466000000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466060000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466120000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466180000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466240000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466300000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466360000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466420000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466480000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466540000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466600000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466660000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466720000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466780000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466840000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466900000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772466960000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467020000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467080000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467140000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467200000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467260000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467320000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467380000, 38, 0, NULL);
INSERT INTO sweep_count VALUES (1772467440000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467500000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467560000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467620000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467680000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467740000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467800000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467860000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467920000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772467980000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468040000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468100000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468160000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468220000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468280000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468340000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468400000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468460000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468520000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468580000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468640000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468700000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468760000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468820000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468880000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772468940000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772469000000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772469060000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772469120000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772469180000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772469240000, 39, 0, NULL);
INSERT INTO sweep_count VALUES (1772469300000, 40, 0, NULL);
INSERT INTO sweep_count VALUES (1772469360000, 39, 1, NULL);
INSERT INTO sweep_count VALUES (1772469420000, 38, 2, NULL);
INSERT INTO sweep_count VALUES (1772469480000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772469540000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772469600000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772469660000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772469720000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772469780000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772469840000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772469900000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772469960000, 37, 3, NULL);
INSERT INTO sweep_count VALUES (1772470020000, 36, 4, NULL);
INSERT INTO sweep_count VALUES (1772470080000, 36, 4, NULL);
INSERT INTO sweep_count VALUES (1772470140000, 36, 4, NULL);
INSERT INTO sweep_count VALUES (1772470200000, 36, 4, NULL);
INSERT INTO sweep_count VALUES (1772470260000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470320000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470380000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470440000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470500000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470560000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470620000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470680000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470740000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470800000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470860000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470920000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772470980000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471040000, 36, 4, NULL);
INSERT INTO sweep_count VALUES (1772471100000, 36, 4, NULL);
INSERT INTO sweep_count VALUES (1772471160000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471220000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471280000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471340000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471400000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471460000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471520000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471580000, 35, 5, NULL);
INSERT INTO sweep_count VALUES (1772471640000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772471700000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772471760000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772471820000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772471880000, 33, 7, NULL);
INSERT INTO sweep_count VALUES (1772471940000, 33, 7, NULL);
INSERT INTO sweep_count VALUES (1772472000000, 33, 7, NULL);
INSERT INTO sweep_count VALUES (1772472060000, 33, 7, NULL);
INSERT INTO sweep_count VALUES (1772472120000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772472180000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772472240000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772472300000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772472360000, 34, 6, NULL);
INSERT INTO sweep_count VALUES (1772472420000, 33, 7, NULL);
INSERT INTO sweep_count VALUES (1772472480000, 33, 7, NULL);
INSERT INTO sweep_count VALUES (1772472540000, 33, 7, NULL);
INSERT INTO sweep_count VALUES (1772472600000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772472660000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772472720000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772472780000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772472840000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772472900000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772472960000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473020000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473080000, 32, 8, NULL);
INSERT INTO sweep_count VALUES (1772473140000, 32, 8, NULL);
INSERT INTO sweep_count VALUES (1772473200000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473260000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473320000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473380000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473440000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473500000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473560000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473620000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473680000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473740000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473800000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473860000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473920000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772473980000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772474040000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772474100000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772474160000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772474220000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772474280000, 31, 9, NULL);
INSERT INTO sweep_count VALUES (1772474340000, 32, 8, NULL);
INSERT INTO sweep_count VALUES (1772474400000, 31, 8, NULL);
INSERT INTO sweep_count VALUES (1772474460000, 31, 8, NULL);
INSERT INTO sweep_count VALUES (1772474520000, 31, 8, NULL);
INSERT INTO sweep_count VALUES (1772474580000, 31, 8, NULL);
INSERT INTO sweep_count VALUES (1772474640000, 31, 8, NULL);
INSERT INTO sweep_count VALUES (1772474700000, 31, 8, NULL);
INSERT INTO sweep_count VALUES (1772474760000, 31, 8, NULL);
INSERT INTO sweep_count VALUES (1772474820000, 31, 8, NULL);
CREATE INDEX event_agent ON event (agent_id, at);
CREATE INDEX event_at ON event (at);
CREATE INDEX event_intent ON event (intent_id) WHERE intent_id IS NOT NULL;
CREATE TRIGGER event_never_changes BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'The record is only ever added to.'); END;
CREATE TRIGGER event_never_replaced BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'The record is only ever added to.'); END;
CREATE TRIGGER event_never_goes BEFORE DELETE ON event
WHEN NOT EXISTS (SELECT 1 FROM pruning)
BEGIN SELECT RAISE(ABORT, 'The record is only ever added to.'); END;
