//! See [`named_sync_mutants::cli`].

fn main() -> std::process::ExitCode {
    named_sync_mutants::cli::main()
}
