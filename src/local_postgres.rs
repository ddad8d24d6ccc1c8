//! A PostgreSQL of tallystick's own: the crate `postgres_process`, with what tallystick tells it.
//!
//! For `serve --embedded`, for the demo and for the tests.

pub use postgres_process::{
    Lifetime, LocalPostgres, LocalPostgresError, LocalPostgresOptions, Program, RunningPostgres, SUPERUSER,
    sized_settings,
};

/// tallystick, as the messages and files of its own PostgreSQL call it.
pub const PROGRAM: Program = Program {
    name: "tallystick",
    majors: 15..=18,
    bin_dir_setting: "TALLYSTICK_POSTGRES_BIN",
    advice_if_missing: "Install it (Debian, Ubuntu: `apt-get install postgresql`; anywhere: `scripts/get-postgresql`), or \
                        name the folder of `postgres` and `initdb` in TALLYSTICK_POSTGRES_BIN, or use a server of yours: \
                        DATABASE_URL",
};
