# Each target is one line of truth. What a target needs, it gets.

.PHONY: demo test lint mutants bench bench-quick

demo:  ## a server with sample data, and what to paste (Ctrl-C stops it; the data stays)
	@./scripts/get-postgresql && cargo run --locked -- demo

test:  ## the whole test suite, from nothing
	@./scripts/get-postgresql && cargo test --locked --workspace

lint:  ## formatting and lints; warnings are errors
	cargo fmt --all --check && cargo clippy --locked --workspace --all-targets -- -D warnings

mutants:  ## one promise of the SQL broken after the other, and which tests notice (ONLY=lock for those with it in their name)
	@./scripts/get-postgresql && cargo run --locked --package tallystick-mutants -- $(ONLY)

bench:  ## the API beside pgbench on the same database, as ratios; a page with plots in target/bench
	@./scripts/get-postgresql && cargo build --locked --release --workspace && ./target/release/tallystick-bench

bench-quick:  ## the same in less than a minute, to be trusted less
	@./scripts/get-postgresql && cargo build --locked --release --workspace && ./target/release/tallystick-bench --quick
