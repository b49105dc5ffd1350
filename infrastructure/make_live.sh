#!/usr/bin/env bash
# Makes the latest version of the ingest function live, bit by bit, and ends with 1 when it had to go back.
#
#   cd infrastructure/environments/staging && bash ../../make_live.sh
set -euo pipefail

told=$(terraform output -json deployment)
value() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$told" "$1"; }
application=$(value application) group=$(value group) function=$(value function) alias=$(value alias) version=$(value version)

live=$(aws lambda get-alias --function-name "$function" --name "$alias" --query FunctionVersion --output text)
if [ "$live" = "$version" ]; then
    echo "Version $version of $function is live already."
    exit 0
fi

# What CodeDeploy is told: this alias, from one version to the other.
content=$(printf '{"version":0.0,"Resources":[{"ingest":{"Type":"AWS::Lambda::Function","Properties":{"Name":"%s","Alias":"%s","CurrentVersion":"%s","TargetVersion":"%s"}}}]}' \
    "$function" "$alias" "$live" "$version")
revision=$(python3 -c 'import json, sys; print(json.dumps({"revisionType": "AppSpecContent", "appSpecContent": {"content": sys.argv[1]}}))' "$content")

deployment=$(aws deploy create-deployment --application-name "$application" --deployment-group-name "$group" \
    --revision "$revision" --query deploymentId --output text)
echo "Deployment $deployment: version $live of $function is replaced by $version."

for _ in $(seq 240); do
    status=$(aws deploy get-deployment --deployment-id "$deployment" --query deploymentInfo.status --output text)
    case $status in
    Succeeded)
        echo "Version $version is live."
        exit 0
        ;;
    Failed | Stopped)
        echo "It went back to version $live. Why: aws deploy get-deployment --deployment-id $deployment"
        exit 1
        ;;
    esac
    sleep 10
done
echo "It is not done after 40 minutes: it is $status."
exit 1
