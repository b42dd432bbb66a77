-- The router's figures for charts, one row each five minutes: averages.
CREATE TABLE router_figure (
  at INTEGER PRIMARY KEY, cpu_percent INTEGER NOT NULL,
  memory_percent INTEGER NOT NULL, disk_percent INTEGER NOT NULL,
  temperature_c INTEGER, down_bits INTEGER NOT NULL, up_bits INTEGER NOT NULL,
  hosts INTEGER NOT NULL, online INTEGER NOT NULL);
