//! Explores all models and writes down what they show: see [`named_sync_mutants::verify`].

fn main() -> std::process::ExitCode {
    named_sync_mutants::verify::main()
}
