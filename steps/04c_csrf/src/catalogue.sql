CREATE TABLE IF NOT EXISTS products (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents > 0)
);
INSERT OR IGNORE INTO products VALUES
    ('cup', 'Cup with a handle', 850),
    ('kettle', 'Kettle for a litre', 3990),
    ('tea', 'Black tea, 100 g', 425);
