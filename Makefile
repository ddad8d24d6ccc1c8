# Each target is one line of truth. What a target needs, it gets.

.PHONY: demo test lint dependencies fuzz torture mutants mutants-rust bench bench-quick

demo:  ## a server with sample data, and what to paste (Ctrl-C stops it; the data stays)
	@./scripts/get-postgresql && cargo run --locked -- demo

test:  ## the whole test suite, from nothing
	@./scripts/get-postgresql && cargo test --locked --workspace

lint:  ## formatting and lints, with and without optional features; warnings are errors
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked --no-default-features -- -D warnings

dependencies:  ## licences, sources and known advisories of everything that is built on
	@./scripts/check-dependencies

fuzz:  ## 10,000 requests made up from the API's description, at every route; ./scripts/fuzz-api --requests 100000 for more
	@./scripts/fuzz-api

mutants:  ## one promise of the SQL broken after the other, and which tests notice (ONLY=lock for those with it in their name)
	@./scripts/get-postgresql && cargo run --locked --package tallystick-mutants -- $(ONLY)

mutants-rust:  ## the same for the Rust that guards something, for hours (AREA=auth, extract, purchases, queue, gate, calls)
	@./scripts/mutants-rust $(AREA)

bench:  ## the API beside pgbench on the same database, as ratios; all figures as JSON in target/bench
	@./scripts/get-postgresql && cargo build --locked --release --workspace && ./target/release/tallystick-bench

bench-quick:  ## the same in about two minutes, with less reliable figures
	@./scripts/get-postgresql && cargo build --locked --release --workspace && ./target/release/tallystick-bench --quick

torture:  ## kills, cuts and starves it under load, and holds every answer against the database (CYCLES, SECONDS_MAX, SEED, FAULTS, PURCHASES)
	@./scripts/get-postgresql && cargo build --locked --release --workspace && ./target/release/tallystick-torture
