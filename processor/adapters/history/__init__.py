"""Files of readings as a source of backtests: CSV, Parquet, and what InfluxDB exports."""
