//! `tallystick verify --proofs`: proofs that were kept show what a superuser changed, however consistently.

use std::{io::Write as _, path::PathBuf};

use serde_json::{Value, json};
use tallystick::verify::{Progress, ProofFiles, VerifyOptions, report::CheckReport, verify_with};
use tempfile::NamedTempFile;
use tokio::process::Command;

use crate::support::{cluster::cluster, server::TestServer, shop::Shop};

/// A file with these lines.
fn file(lines: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(lines.as_bytes()).unwrap();
    file
}

/// What the check of the proofs says of some files.
async fn compare(server: &TestServer, files: &[&NamedTempFile], options: VerifyOptions) -> CheckReport {
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path().to_owned()).collect();
    let proofs = ProofFiles::open(&paths).unwrap();
    let url = server.database.url();
    let report = verify_with(&url, options, Some(proofs), &mut |_: Progress| {}).await.unwrap();
    report.checks.into_iter().find(|check| check.name == "proofs").unwrap()
}

const NO_ROLES: VerifyOptions = VerifyOptions { business: None, cluster: false };

/// The proof in an answer, as a line to keep.
fn line(shop: &Shop, customer: &str, answer: &Value) -> String {
    let mut line = answer["proof"].clone();
    line["business_id"] = json!(shop.business_id);
    line["customer_id"] = json!(customer);
    format!("{line}\n")
}

/// Takes a customer's entries from one on out of the ledger, as a superuser can, and leaves no other trace. They are payments.
async fn cut_off(server: &TestServer, customer: &str, from: i64) {
    let cut = format!(
        "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER refuse_change;
         DELETE FROM tallystick.credit_ledger WHERE customer_id = '{customer}' AND entry_no >= {from};
         ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER refuse_change"
    );
    server.database.session().await.client().batch_execute(&cut).await.unwrap();
}

#[tokio::test]
async fn a_rewritten_ledger_is_told_by_the_last_proof_that_holds_and_the_first_that_does_not() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (rewritten, cut, untouched) = (shop.customer(0).await, shop.customer(0).await, shop.customer(0).await);
    let mut single = String::new();
    let mut lists = Vec::new();
    for _ in 0..3 {
        for customer in [&rewritten, &cut, &untouched] {
            let payment = shop.pay(customer, 10).await.expect(201);
            single += &line(&shop, customer, &payment);
        }
        lists.push(file(&shop.client.get("/v1/proofs").await.body));
    }
    let single = file(&single);
    let all: Vec<&NamedTempFile> = lists.iter().chain([&single]).collect();
    shop.pay(&untouched, 10).await.expect(201);
    let clean = compare(&server, &all, NO_ROLES).await;
    assert_eq!((clean.rows_checked, clean.findings_total), (18, 0), "{clean:?}");

    // One gets two other payments in place of the second and the third, as consistent as any. The other loses its last.
    cut_off(&server, &rewritten, 2).await;
    shop.pay(&rewritten, 7).await.expect(201);
    shop.pay(&rewritten, 13).await.expect(201);
    cut_off(&server, &cut, 3).await;

    // In whatever order the files come.
    let backwards: Vec<&NamedTempFile> = all.iter().rev().copied().collect();
    for files in [all, backwards] {
        let report = compare(&server, &files, NO_ROLES).await;
        let place = |file: &NamedTempFile, line: u64| format!("{}:{line}", file.path().display());
        let found: Vec<_> =
            report.findings.iter().map(|finding| (finding.keys["customer_id"].clone(), finding)).collect();
        assert_eq!((found.len(), report.findings_total), (2, 2), "{report:?}");
        for (customer, wrong, good, bad) in [
            (&rewritten, "entry 2 is not the one that was proven; what was changed lies after entry 1", 1, 2),
            (&cut, "entry 3 is gone; what was changed lies after entry 2", 2, 3),
        ] {
            let (_, finding) = found.iter().find(|(id, _)| id == customer).unwrap();
            assert_eq!((&*finding.wrong, finding.business_id), (wrong, Some(shop.business_id.uuid())));
            assert_eq!(finding.keys["last_entry_that_holds"], good);
            assert_eq!(finding.keys["first_entry_that_does_not_hold"], bad);
            let (first, last) =
                (&finding.keys["first_proof_that_does_not_hold"], &finding.keys["last_proof_that_holds"]);
            let customers = [&rewritten, &cut, &untouched].iter().position(|one| *one == customer).unwrap() as u64;
            let places = |entry: u64| {
                let in_list = place(&lists[usize::try_from(entry).unwrap() - 1], customers + 1);
                [json!(in_list), json!(place(&single, (entry - 1) * 3 + customers + 1))]
            };
            assert!(places(bad).contains(first) && places(good).contains(last), "{finding:?}");
        }
    }

    // Nothing of the first list was changed, and nothing of another business was kept.
    assert_eq!(compare(&server, &[&lists[0]], NO_ROLES).await.findings_total, 0);
    let other = VerifyOptions { business: Some(server.shop().await.business_id), ..NO_ROLES };
    let report = compare(&server, &[&lists[2]], other).await;
    assert_eq!((report.rows_checked, report.findings_total), (0, 0));
}

/// A changed row under the hash that was proven, and rows that follow another one than they did, or none.
#[tokio::test]
async fn a_proof_does_not_hold_for_an_entry_whose_figures_and_predecessor_are_not_those_of_its_hash() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (changed, other, orphan) = (shop.customer(0).await, shop.customer(0).await, shop.customer(0).await);
    let mut lines = line(&shop, &changed, &shop.pay(&changed, 10).await.expect(201));
    for customer in [&other, &orphan] {
        shop.pay(customer, 10).await.expect(201);
        lines += &line(&shop, customer, &shop.pay(customer, 10).await.expect(201));
    }
    let kept = file(&lines);
    assert_eq!(compare(&server, &[&kept], NO_ROLES).await.findings_total, 0);
    let change = format!(
        "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER refuse_change;
         UPDATE tallystick.credit_ledger SET actor = 'sub:somebody else' WHERE customer_id = '{changed}';
         UPDATE tallystick.credit_ledger SET entry_hash = sha256('x') WHERE customer_id = '{other}' AND entry_no = 1;
         DELETE FROM tallystick.credit_ledger WHERE customer_id = '{orphan}' AND entry_no = 1"
    );
    server.database.session().await.client().batch_execute(&change).await.unwrap();
    let report = compare(&server, &[&kept], NO_ROLES).await;
    assert_eq!(report.findings.len(), 3, "{report:?}");
    for (customer, entry) in [(&changed, 1), (&other, 2), (&orphan, 2)] {
        let finding = report.findings.iter().find(|finding| finding.keys["customer_id"] == **customer).unwrap();
        let wrong = format!("entry {entry} is not the one that was proven; no earlier proof of this customer holds");
        assert_eq!(&*finding.wrong, wrong);
    }
}

#[tokio::test]
async fn the_program_reads_files_and_standard_input_and_its_exit_status_says_what_it_found() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(0).await;
    shop.pay(&customer, 10).await.expect(201);
    let list = shop.client.get("/v1/proofs").await.body;
    let run = async |proofs: &str, standard_input: &NamedTempFile| {
        let output = Command::new(env!("CARGO_BIN_EXE_tallystick"))
            .args(["verify", "--proofs", proofs])
            .env_remove("TALLYSTICK_MIGRATE_DATABASE_URL")
            .env("DATABASE_URL", cluster().url("postgres", &server.database.name))
            .stdin(standard_input.reopen().unwrap())
            .output()
            .await
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let has_line = |printed: &str, beginning: &str| printed.lines().any(|line| line.starts_with(beginning));
    let kept = file(&list);

    let (_, printed, _) = run("-", &kept).await;
    assert!(has_line(&printed, "ok     Proofs ") && printed.contains(" 1 checked"), "{printed}");
    let (_, printed, _) = run(kept.path().to_str().unwrap(), &file("")).await;
    assert!(has_line(&printed, "ok     Proofs "), "{printed}");

    cut_off(&server, &customer, 1).await;
    let (status, printed, _) = run("-", &kept).await;
    assert!(status == 1 && has_line(&printed, "WRONG  Proofs "), "{status} {printed}");
    assert!(printed.contains("entry 1 is gone; no earlier proof of this customer holds"), "{printed}");
    assert!(printed.contains("first_proof_that_does_not_hold=-:1"), "{printed}");

    let changed = file(&list.replace("\"entry_no\":1", "\"entry_no\":2"));
    let (status, _, said) = run("-", &changed).await;
    assert!(status == 2 && said.contains("-:2: the lines before this digest are not those"), "{status} {said}");
    let (status, _, said) = run("/nonexistent", &kept).await;
    assert!(status == 2 && said.contains("cannot read the proofs in /nonexistent"), "{status} {said}");
}
